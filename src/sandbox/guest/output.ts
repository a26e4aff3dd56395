import { Buffer } from "node:buffer";
import { frame, type Channel } from "./channel.ts";

/** What the program writes, on its way out: in pieces of some size, and never more than the limit. */
export interface Output {
  /** A new request begins: this many bytes may be written. */
  begin(limit: number): void;
  write(fd: 1 | 2, bytes: Uint8Array): void;
  flush(): void;
}

const pieceSize = 16_384;

/** `overflow` is called once the limit is passed; it must not return. */
export function output(wire: Channel, overflow: () => never): Output {
  let room = 0;
  let pending: { fd: 1 | 2; bytes: Buffer }[] = [];
  let size = 0;
  const flush = (): void => {
    for (const fd of [1, 2] as const) {
      const own = pending.filter((piece) => piece.fd === fd).map((piece) => piece.bytes);
      if (own.length > 0) wire.send(fd === 1 ? frame.stdout : frame.stderr, Buffer.concat(own));
    }
    pending = [];
    size = 0;
  };
  return {
    begin: (limit) => {
      room = limit;
    },
    write: (fd, bytes) => {
      const fits = Buffer.from(bytes.subarray(0, Math.max(0, room)));
      room -= bytes.length;
      pending.push({ fd, bytes: fits });
      size += fits.length;
      if (size >= pieceSize || room < 0) flush();
      if (room < 0) overflow();
    },
    flush,
  };
}
