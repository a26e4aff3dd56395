/** Messages from parent to child, and the guards that tell them apart. The child trusts its parent's fields. */
import type { Outcome, Value } from "../contract.ts";

/** A memory image's file ends in its SHA-256. */
export const imageHashSize = 32;

/** First message: what to start. Paths are absolute. */
export interface Boot {
  readonly op: "boot";
  /** Folders of the interpreter's packages, by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** A file that exists and must be out of reach. */
  readonly forbidden: string;
  /** Memory image to start from. */
  readonly snapshot?: string;
  /** Make a memory image, send it, and end. */
  readonly make?: boolean;
  /** Try what must not work (the doctor's question): connect to this port, write this file. */
  readonly attempt?: { readonly port: number; readonly file: string };
}
interface Limited {
  readonly megabytes: number;
  /** Bytes of output; also of files and value. */
  readonly output: number;
  readonly milliseconds: number;
}
export interface Run extends Limited {
  readonly op: "run";
  readonly code: string;
  readonly stdin: string;
  readonly files: Readonly<Record<string, string>>;
  readonly keepFiles: boolean;
}
export interface Call extends Limited {
  readonly op: "call";
  readonly name: string;
  readonly args: readonly Value[];
}
/** Names that stand for functions outside. */
export interface Connect {
  readonly op: "connect";
  readonly names: readonly string[];
}
export type Request = Run | Call | Connect;
/** Answers a `call` from inside. */
export interface Reply {
  readonly op: "reply";
  readonly outcome: Pick<Outcome, "status" | "value" | "error">;
}
export type Message = Boot | Request | Reply;

function hasOp(x: unknown, ...ops: readonly string[]): boolean {
  return typeof x === "object" && x !== null && "op" in x && typeof x.op === "string" && ops.includes(x.op);
}
export const isBoot = (x: unknown): x is Boot => hasOp(x, "boot");
export const isRequest = (x: unknown): x is Request => hasOp(x, "run", "call", "connect");
