/** GGUF, version 3: a header, typed metadata, descriptions of tensors, then their aligned data; all little-endian. */

export const magic = "GGUF";
export const version = 3;
/** Data begin at multiples of this, where the metadata name no other. */
export const defaultAlignment = 32;

/** Types of metadata by their number in the file. */
export const valueTypes = [
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "float32",
  "bool",
  "string",
  "array",
  "uint64",
  "int64",
  "float64",
] as const;
export type ValueType = (typeof valueTypes)[number];

/** What this project writes. */
export type Value =
  | { readonly type: "uint32" | "float32"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "array"; readonly of: "int32" | "float32"; readonly value: readonly number[] }
  | { readonly type: "array"; readonly of: "string"; readonly value: readonly string[] };

/** Types of tensors by their number in the file; there are many more, of quantised blocks. */
export const tensorTypes = ["f32", "f16"] as const;
export type TensorType = (typeof tensorTypes)[number];
export const bytesOf: Record<TensorType, number> = { f32: 4, f16: 2 };

export const align = (offset: number, alignment: number): number => Math.ceil(offset / alignment) * alignment;
