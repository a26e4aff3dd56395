/** Reads GGUF files: the head at once, the data of tensors when they are asked for, as models may be larger than memory. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { messageOf, UserError } from "../../core/errors.ts";
import { align, bytesOf, defaultAlignment, magic, tensorTypes, valueTypes } from "./format.ts";
import type { TensorType } from "./format.ts";
import { fromHalf } from "./half.ts";

/** Numbers of 64 bits lose what a double cannot hold. */
export type Metadatum = number | boolean | string | readonly Metadatum[];

export interface TensorInfo {
  /** Outermost dimension first. */
  readonly shape: readonly number[];
  /** Undefined: quantised, or another type that is not read here. */
  readonly type: TensorType | undefined;
  /** From the beginning of the file, in bytes. */
  readonly offset: number;
}

export interface GgufFile {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, Metadatum>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** A tensor's numbers. UserError if there is none of this name, its type is not read here, or the file is cut off. */
  data(name: string): Float32Array;
}

const bad = (file: string, what: string, cause?: unknown): UserError =>
  new UserError(`${file} is not a readable GGUF file: ${what}`, "give a file of llama.cpp, or export it again", cause);

/** Runs over a file in windows. */
class Bytes {
  readonly #fd: number;
  readonly #file: string;
  readonly #size: number;
  #window = Buffer.alloc(0);
  #start = 0;
  position = 0;

  constructor(fd: number, file: string) {
    this.#fd = fd;
    this.#file = file;
    this.#size = fstatSync(fd).size;
  }

  take(count: number): Buffer {
    if (count > this.#size - this.position) throw bad(this.#file, "it is cut off");
    let from = this.position - this.#start;
    if (from < 0 || from + count > this.#window.length) {
      this.#window = Buffer.alloc(Math.max(count, Math.min(1 << 20, this.#size - this.position)));
      let read = 0;
      while (read < this.#window.length) {
        const got = readSync(this.#fd, this.#window, read, this.#window.length - read, this.position + read);
        if (got === 0) throw bad(this.#file, "it is cut off");
        read += got;
      }
      this.#start = this.position;
      from = 0;
    }
    this.position += count;
    return this.#window.subarray(from, from + count);
  }

  uint32 = (): number => this.take(4).readUInt32LE();
  /** A count or a size: never beyond the file, so that a broken one asks for no memory. */
  uint64 = (): number => Number(this.take(8).readBigUInt64LE());
  count = (): number => {
    const n = this.uint64();
    if (n > this.#size) throw bad(this.#file, `it counts ${n} things in ${this.#size} bytes`);
    return n;
  };
  text = (): string => this.take(this.count()).toString("utf8");

  value(type: number): Metadatum {
    switch (valueTypes.at(type)) {
      case "uint8":
        return this.take(1).readUInt8();
      case "int8":
        return this.take(1).readInt8();
      case "uint16":
        return this.take(2).readUInt16LE();
      case "int16":
        return this.take(2).readInt16LE();
      case "uint32":
        return this.uint32();
      case "int32":
        return this.take(4).readInt32LE();
      case "float32":
        return this.take(4).readFloatLE();
      case "bool":
        return this.take(1).readUInt8() !== 0;
      case "string":
        return this.text();
      case "array": {
        const of = this.uint32();
        return Array.from({ length: this.count() }, () => this.value(of));
      }
      case "uint64":
        return this.uint64();
      case "int64":
        return Number(this.take(8).readBigInt64LE());
      case "float64":
        return this.take(8).readDoubleLE();
      case undefined:
        throw bad(this.#file, `it has metadata of the unknown type ${type}`);
    }
  }
}

/** The head of a file. UserError if it is none of this kind, or broken. */
export function readGguf(file: string): GgufFile {
  return withFile(file, (bytes) => {
    if (bytes.take(4).toString("latin1") !== magic) throw bad(file, `it does not begin with ${magic}`);
    const version = bytes.uint32();
    if (version !== 2 && version !== 3) throw bad(file, `it is of version ${version}, and 2 and 3 are read`);
    const [tensorCount, metadataCount] = [bytes.count(), bytes.count()];
    const metadata = new Map<string, Metadatum>();
    for (let i = 0; i < metadataCount; i++) metadata.set(bytes.text(), bytes.value(bytes.uint32()));
    const infos: [string, TensorInfo][] = Array.from({ length: tensorCount }, () => {
      const name = bytes.text();
      const shape = Array.from({ length: bytes.uint32() }, bytes.uint64).reverse();
      return [name, { shape, type: tensorTypes.at(bytes.uint32()), offset: bytes.uint64() }];
    });
    const alignment = metadata.get("general.alignment");
    const start = align(bytes.position, typeof alignment === "number" ? alignment : defaultAlignment);
    const tensors = new Map(infos.map(([name, info]) => [name, { ...info, offset: start + info.offset }]));
    return { version, metadata, tensors, data: (name) => dataOf(file, name, tensors.get(name)) };
  });
}

function dataOf(file: string, name: string, info: TensorInfo | undefined): Float32Array {
  if (info === undefined) throw bad(file, `it has no tensor ${name}`);
  const { shape, type, offset } = info;
  if (type === undefined) {
    throw new UserError(`the tensor ${name} of ${file} is quantised`, "read tensors of 16 or 32 bits");
  }
  const count = shape.reduce((product, size) => product * size, 1);
  return withFile(file, (bytes) => {
    bytes.position = offset;
    const raw = bytes.take(count * bytesOf[type]);
    return Float32Array.from({ length: count }, (_, i) =>
      type === "f32" ? raw.readFloatLE(4 * i) : fromHalf(raw.readUInt16LE(2 * i)),
    );
  });
}

function withFile<T>(file: string, use: (bytes: Bytes) => T): T {
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch (error) {
    throw bad(file, messageOf(error), error);
  }
  try {
    return use(new Bytes(fd, file));
  } finally {
    closeSync(fd);
  }
}
