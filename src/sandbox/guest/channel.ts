/**
 * The child's end of the wire. Parent to child: length (u32) and JSON. Child to parent: length, the 16 bytes of the key of
 * the request being answered, one byte of type, payload. The key of a request is known to no one before it arrives, so
 * that nothing written ahead of time can pass for its answer.
 */
import { Buffer } from "node:buffer";
import { readSync, writeSync } from "node:fs";

/** Types of frames from child to parent. */
export const frame = { json: 0, stdout: 1, stderr: 2, blob: 3 } as const;

export interface Channel {
  /** Blocks for the next message; its JSON text. undefined: the parent is gone. */
  receive(): string | undefined;
  /** Answers under the key of the message received last. */
  send(type: number, payload: Uint8Array): void;
  sendJson(message: unknown): void;
}

const readFrom = 0;
const writeTo = 3;

export function channel(): Channel {
  let key: Buffer = Buffer.alloc(16);

  const read = (length: number): Buffer | undefined => {
    const buffer = Buffer.allocUnsafe(length);
    for (let at = 0; at < length;) {
      const n = retry(() => readSync(readFrom, buffer, at, length - at, null));
      if (n === 0) return undefined;
      at += n;
    }
    return buffer;
  };
  const write = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length;) at += retry(() => writeSync(writeTo, bytes, at, bytes.length - at));
  };
  const send = (type: number, payload: Uint8Array): void => {
    const head = Buffer.allocUnsafe(21);
    head.writeUInt32BE(17 + payload.length, 0);
    key.copy(head, 4);
    head[20] = type;
    write(payload.length < 65536 ? Buffer.concat([head, payload]) : head);
    if (payload.length >= 65536) write(payload);
  };
  return {
    receive: () => {
      const head = read(20);
      if (head === undefined) return undefined;
      key = head.subarray(4);
      return read(head.readUInt32BE(0))?.toString("utf8");
    },
    send,
    sendJson: (message) => send(frame.json, Buffer.from(JSON.stringify(message), "utf8")),
  };
}

/** Some systems hand out the pipe in non-blocking mode: then wait a moment and ask again. */
function retry(operation: () => number): number {
  for (;;) {
    try {
      return operation();
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      if (error.code === "EOF") return 0;
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
