/** Writes GGUF files. */
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { messageOf, UserError } from "../../core/errors.ts";
import type { NamedTensor } from "../embedded/safetensors.ts";
import { align, bytesOf, defaultAlignment, magic, tensorTypes, valueTypes, version } from "./format.ts";
import type { TensorType, Value, ValueType } from "./format.ts";
import { toHalf } from "./half.ts";

/** Shape: outermost dimension first, as in `NamedTensor`; the file holds them the other way round. */
export interface TypedTensor extends NamedTensor {
  readonly type: TensorType;
}

const sized = (bytes: number, set: (buffer: Buffer) => void): Buffer => {
  const buffer = Buffer.alloc(bytes);
  set(buffer);
  return buffer;
};
const uint32 = (n: number): Buffer => sized(4, (b) => b.writeUInt32LE(n));
const int32 = (n: number): Buffer => sized(4, (b) => b.writeInt32LE(n));
const uint64 = (n: number): Buffer => sized(8, (b) => b.writeBigUInt64LE(BigInt(n)));
const float32 = (n: number): Buffer => sized(4, (b) => b.writeFloatLE(n));
const text = (s: string): Buffer => {
  const bytes = Buffer.from(s);
  return Buffer.concat([uint64(bytes.length), bytes]);
};
const typeNumber = (type: ValueType): Buffer => uint32(valueTypes.indexOf(type));

function valueBytes(v: Value): Buffer {
  switch (v.type) {
    case "uint32":
      return uint32(v.value);
    case "float32":
      return float32(v.value);
    case "bool":
      return Buffer.from([v.value ? 1 : 0]);
    case "string":
      return text(v.value);
    case "array": {
      const items =
        v.of === "string"
          ? v.value.map((s) => text(s))
          : v.value.map((n) => (v.of === "int32" ? int32(n) : float32(n)));
      return Buffer.concat([typeNumber(v.of), uint64(v.value.length), ...items]);
    }
  }
}

/** A tensor's data as they stand in the file. UserError if a number does not fit the type. */
function dataOf(name: string, { data, type }: TypedTensor): Buffer {
  const bytes = Buffer.alloc(data.length * bytesOf[type]);
  for (const [i, x] of data.entries()) {
    const half = type === "f16" ? toHalf(x) : 0;
    if (!Number.isFinite(x) || (half & 0x7c00) === 0x7c00) {
      throw new UserError(
        `entry ${i} of the tensor ${name} is ${x}, which ${type} cannot hold`,
        Number.isFinite(x) ? "export with 32 bits" : "training has diverged: export an earlier checkpoint",
      );
    }
    if (type === "f16") bytes.writeUInt16LE(half, 2 * i);
    else bytes.writeFloatLE(x, 4 * i);
  }
  return bytes;
}

/**
 * Writes metadata and tensors, in their order, flushed to the disk; gives the number of bytes. UserError if the file cannot
 * be written or a number does not fit its type.
 */
export function writeGguf(
  file: string,
  metadata: ReadonlyMap<string, Value>,
  tensors: ReadonlyMap<string, TypedTensor>,
): number {
  const head: Buffer[] = [Buffer.from(magic), uint32(version), uint64(tensors.size), uint64(metadata.size)];
  for (const [key, value] of metadata) head.push(text(key), typeNumber(value.type), valueBytes(value));
  const parts = [...tensors].map(([name, tensor]) => dataOf(name, tensor));
  let offset = 0;
  for (const [i, [name, { shape, type }]] of [...tensors].entries()) {
    const dimensions = [...shape].reverse().map(uint64);
    head.push(text(name), uint32(shape.length), ...dimensions, uint32(tensorTypes.indexOf(type)), uint64(offset));
    offset += align(parts[i].length, defaultAlignment);
  }
  const padded = (bytes: Buffer): Buffer =>
    Buffer.concat([bytes, Buffer.alloc(align(bytes.length, defaultAlignment) - bytes.length)]);
  const chunks = [padded(Buffer.concat(head)), ...parts.map(padded)];
  try {
    const fd = openSync(file, "w");
    try {
      for (const chunk of chunks) for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${messageOf(error)}`, "give a file in a folder that exists", error);
  }
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}
