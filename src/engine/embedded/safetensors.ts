/** The safetensors container: 8-byte header length, JSON header, raw little-endian data. Float32 only. */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { z } from "zod";
import { messageOf, UserError } from "../../core/errors.ts";

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/** Writes tensors and string metadata, flushed to the disk. */
export function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const header: Record<string, unknown> = { __metadata__: { format: "pt", ...metadata } };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, " ");
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const fd = openSync(file, "w");
  try {
    for (const part of [
      length,
      padded,
      ...[...tensors.values()].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
    ]) {
      for (let written = 0; written < part.length;) written += writeSync(fd, part, written);
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Reads a file; UserError if it is none of this kind, truncated, or not float32. */
export function readSafetensors(file: string): { tensors: Map<string, NamedTensor>; metadata: Record<string, string> } {
  const bad = (what: string, cause?: unknown): UserError =>
    new UserError(
      `${file} is not a readable safetensors file: ${what}.`,
      "Use another checkpoint, or save this one again.",
      cause,
    );
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw bad(messageOf(error), error);
  }
  if (bytes.length < 8) throw bad("it is too short");
  const size = Number(bytes.readBigUInt64LE(0));
  if (size > bytes.length - 8) throw bad("its header is cut off");
  let header: Record<string, unknown>;
  try {
    header = z.record(z.string(), z.unknown()).parse(JSON.parse(bytes.toString("utf8", 8, 8 + size)));
  } catch (error) {
    throw bad("its header is no JSON", error);
  }
  const metadata = z.record(z.string(), z.string()).catch({}).parse(header["__metadata__"]);
  const tensors = new Map<string, NamedTensor>();
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw bad(`the entry of ${name} is malformed`);
    const {
      dtype,
      shape,
      data_offsets: [start, end],
    } = entry.data;
    if (dtype !== "F32") throw bad(`${name} is ${dtype}, and only F32 is supported`);
    const count = shape.reduce((product, dim) => product * dim, 1);
    if (end - start !== count * 4 || 8 + size + end > bytes.length) throw bad(`the data of ${name} are cut off`);
    const data = new Float32Array(count);
    Buffer.from(data.buffer).set(bytes.subarray(8 + size + start, 8 + size + end));
    tensors.set(name, { shape, data });
  }
  return { tensors, metadata };
}
