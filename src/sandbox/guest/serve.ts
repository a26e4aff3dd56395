/** The loop of a child: one message in, one answer out, all of it synchronous, so that nothing runs between requests. */
import { Buffer } from "node:buffer";
import { channel, frame, type Channel } from "./channel.ts";
import { output, type Output } from "./output.ts";
import { attempts, probe } from "./probe.ts";
import { isBoot, isRequest, type Boot, type Call, type Run } from "./wire.ts";

export interface Guest {
  /** Globals of the host that could not be removed. */
  readonly left: readonly string[];
  /** Sets the heap's limit, runs, and answers with the outcome as JSON text. Throws if the interpreter broke. */
  handle(text: string, request: Run | Call): string;
  /** Defines functions that `ask` answers: JSON text of a call in, JSON text of its outcome out. */
  connect(names: readonly string[], ask: (text: string) => string): void;
  /** A memory image of the fresh interpreter. */
  image?(): Uint8Array;
}
export interface Host {
  readonly output: Output;
}

/** Serves until the parent closes the wire or the interpreter breaks. */
export async function serve(start: (boot: Boot, host: Host) => Promise<Guest>): Promise<never> {
  const exit: (code: number) => never = process.exit.bind(process);
  const wire = channel();
  const out = output(wire, () => {
    wire.sendJson({ done: { status: "output" } });
    return exit(0);
  });
  const first = parse(wire);
  if (!isBoot(first.message)) return exit(1);
  const found = probe(first.message.forbidden);
  const attempted = first.message.attempt === undefined ? undefined : await attempts(first.message.attempt);
  const guest = await start(first.message, { output: out });
  if (guest.image) {
    wire.send(frame.blob, guest.image());
    return exit(0);
  }
  wire.sendJson({ ready: { ...found, bareRealm: guest.left.length === 0, attempted } });
  for (;;) {
    const { text, message } = parse(wire);
    if (text === undefined || !isRequest(message)) return exit(0);
    if (message.op === "connect") {
      guest.connect(message.names, (call) => ask(wire, out, call) ?? exit(0));
      wire.sendJson({ done: { status: "ok" } });
      continue;
    }
    out.begin(message.output);
    const answer = attempt(() => guest.handle(text, message));
    out.flush();
    if (answer === undefined) {
      wire.sendJson({ done: { status: "killed" } });
      return exit(0);
    }
    wire.send(frame.json, Buffer.from(`{"done":${answer}}`, "utf8"));
  }
}

function parse(wire: Channel): { readonly text?: string; readonly message?: unknown } {
  const text = wire.receive();
  return text === undefined ? {} : { text, message: JSON.parse(text) };
}

/** Sends a call to the parent and waits for the answer; undefined when the parent is gone. */
function ask(wire: Channel, out: Output, call: string): string | undefined {
  out.flush();
  wire.send(frame.json, Buffer.from(`{"call":${call}}`, "utf8"));
  return wire.receive();
}

/** undefined when the interpreter itself broke. */
function attempt(work: () => string): string | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
