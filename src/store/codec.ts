/**
 * How values become columns. Text is canonical JSON (sorted keys, no undefined), so that equal values give equal rows;
 * long lists of numbers leave the text for a blob, in the narrowest of five number types that holds them exactly.
 * What JSON cannot say is said by an object whose only key is "$": NaN, the infinities, −0 and places in the blob. Keys
 * of the user that begin with "$" get another "$". Byte order is little-endian, that of every platform Node runs on.
 */
export interface Packed {
  readonly body: string;
  readonly numbers: Uint8Array | null;
}

/** Lists shorter than this stay in the text, where a reader of the database can see them. */
const shortest = 12;

const types = [Uint8Array, Uint16Array, Int32Array, Float32Array, Float64Array] as const;
type Numbers = Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;

/** Index in `types` of the narrowest type that holds every number exactly. */
function narrowest(values: readonly number[]): number {
  let low = 0;
  let high = 0;
  let kind = 0;
  for (const value of values) {
    if ((value | 0) === value && !Object.is(value, -0)) {
      if (value < low) low = value;
      if (value > high) high = value;
    } else if (Math.fround(value) === value || value !== value) {
      if (kind < 3) kind = 3;
    } else return 4;
  }
  if (kind === 3) return low < -16777216 || high > 16777216 ? 4 : 3;
  if (low < 0 || high > 65535) return 2;
  return high > 255 ? 1 : 0;
}

/** The numbers as bytes, followed by one byte that names their type. */
export function packNumbers(values: readonly number[] | Float32Array): Uint8Array {
  const kind = values instanceof Float32Array ? 3 : narrowest(values);
  const type = types[kind];
  const bytes = new Uint8Array(values.length * type.BYTES_PER_ELEMENT + 1);
  new type(bytes.buffer, 0, values.length).set(values);
  bytes[bytes.length - 1] = kind;
  return bytes;
}

/** The inverse of packNumbers, for bytes [start, end) of a blob. Throws RangeError if no such blob can have been written. */
export function unpackNumbers(blob: Uint8Array, start = 0, end = blob.length): Numbers {
  const type = types[blob[end - 1]];
  if (type === undefined || end > blob.length) throw new RangeError("a damaged list of numbers");
  return new type(blob.slice(start, end - 1).buffer);
}

/** Collects blobs of one value. */
class Blobs {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  /** The place of the numbers in the blob, as "start:end". */
  add(values: readonly number[] | Float32Array): string {
    const part = packNumbers(values);
    const start = this.#size;
    this.#parts.push(part);
    this.#size += part.length;
    return `${start}:${this.#size}`;
  }

  join(): Uint8Array | null {
    if (this.#parts.length < 2) return this.#parts[0] ?? null;
    const whole = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

const isNumbers = (list: readonly unknown[]): list is readonly number[] => list.every((x) => typeof x === "number");

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

function numberText(value: number): string {
  if (Number.isFinite(value) && !Object.is(value, -0)) return String(value);
  return `{"$":"${Object.is(value, -0) ? "-0" : value}"}`;
}

function textOf(value: unknown, blobs: Blobs): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return numberText(value);
  if (value === null || value === undefined || typeof value === "boolean") return String(value ?? null);
  if (value instanceof Float32Array) return `{"$":"f:${blobs.add(value)}"}`;
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    if (list.length >= shortest && isNumbers(list)) return `{"$":"n:${blobs.add(list)}"}`;
    let text = "";
    for (const item of list) text += `${text === "" ? "" : ","}${textOf(item, blobs)}`;
    return `[${text}]`;
  }
  if (typeof value === "object" && (Object.getPrototypeOf(value) ?? Object.prototype) === Object.prototype) {
    let text = "";
    for (const [key, field] of Object.entries(value).sort(byKey)) {
      if (field === undefined) continue;
      const name = key.startsWith("$") ? `$${key}` : key;
      text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${textOf(field, blobs)}`;
    }
    return `{${text}}`;
  }
  throw new TypeError(`the ledger cannot hold a ${typeof value === "object" ? value.constructor.name : typeof value}`);
}

/** A value of plain objects, lists, strings, numbers (NaN too), booleans, null and Float32Array. Throws TypeError on others. */
export function pack(value: unknown): Packed {
  const blobs = new Blobs();
  const body = textOf(value, blobs);
  return { body, numbers: blobs.join() };
}

function revive(value: unknown, numbers: Uint8Array | null): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (!keys.some((key) => key.startsWith("$"))) return value;
  const fields: Record<string, unknown> = { ...value };
  if (typeof fields.$ === "string") {
    const mark = fields.$;
    const [type, start, end] = mark.split(":");
    if (start === undefined) return Number(mark);
    const list = unpackNumbers(numbers ?? new Uint8Array(), Number(start), Number(end));
    return type === "f" ? list : Array.from(list);
  }
  return Object.fromEntries(keys.map((key) => [key.startsWith("$$") ? key.slice(1) : key, fields[key]]));
}

/** What a column holds has the type that was written to it, which only the caller knows. */
const parse: <T>(text: string, reviver?: (key: string, field: unknown) => unknown) => T = JSON.parse;

/** The value that was packed. T is what the caller packed into the same column. Throws SyntaxError or RangeError if damaged. */
export function unpack<T>(packed: Packed): T {
  const { body, numbers } = packed;
  return body.includes('"$') ? parse(body, (_key, field) => revive(field, numbers)) : parse(body);
}
