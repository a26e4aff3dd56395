import { createHash } from "node:crypto";

/** Anything that survives JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** JSON text with object keys in sorted order and undefined fields left out: equal values give equal text. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field ?? null)}`);
    return `{${fields.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Content address of a JSON value: 24 hexadecimal digits of SHA-256 over its canonical text. */
export function hash(value: Json): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, 24);
}
