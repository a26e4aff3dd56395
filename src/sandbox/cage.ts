/** One child process and the wire to it. Whatever comes over the wire is checked; anything odd ends the child. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Socket } from "node:net";
import { z } from "zod";
import { frame } from "./guest/channel.ts";
import type { Boot, Message, Reply, Request } from "./guest/wire.ts";
import type { Outcome, Value } from "./contract.ts";
import type { Command } from "./launch.ts";
import { isValue } from "./values.ts";

const value = z.custom<Value>(isValue);
const readySchema = z.object({
  permission: z.boolean(),
  noCodeGeneration: z.boolean(),
  emptyEnvironment: z.boolean(),
  noNetwork: z.boolean(),
  bareRealm: z.boolean(),
  attempted: z
    .object({ wrote: z.boolean(), spawned: z.boolean(), threaded: z.boolean(), connected: z.boolean() })
    .optional(),
});
const doneSchema = z.object({
  status: z.enum(["ok", "error", "timeout", "memory", "output", "killed"]),
  value: value.optional(),
  error: z.object({ type: z.string().max(1000), message: z.string().max(20_000) }).optional(),
  files: z.record(z.string(), z.string()).optional(),
});
const messageSchema = z.union([
  z.object({ done: doneSchema }),
  z.object({ call: z.object({ name: z.string(), args: z.array(value) }) }),
  z.object({ ready: readySchema }),
]);

/** What the child found about its own isolation. */
export type Ready = z.infer<typeof readySchema>;

export interface Ask {
  readonly milliseconds: number;
  readonly output: number;
  /** Answers calls from inside; without it a call is an offence. */
  readonly answer?: (name: string, args: readonly Value[]) => Promise<Reply["outcome"]>;
}
export interface Cage {
  readonly pid: number | undefined;
  /** Starts the interpreter. undefined: it died or took too long; `complaint` says more. */
  boot(boot: Boot, milliseconds: number): Promise<Ready | undefined>;
  /** As `boot` with `make`: the memory image. */
  image(boot: Boot, milliseconds: number): Promise<Buffer | undefined>;
  /** One request at a time. Never throws. */
  ask(request: Request, o: Ask): Promise<Outcome>;
  kill(): void;
  /** Settles once the process has ended. */
  readonly ended: Promise<void>;
  readonly alive: boolean;
  /** What the process wrote to its own standard error, cut. */
  complaint(): string;
}

const errorLine = /^\S*(Error|error|rror:|FATAL).{0,200}/m;
const largestFrame = 64 * 2 ** 20;
const live = new Set<ChildProcess>();
process.once("exit", () => live.forEach(killGroup));

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

/** What a request in progress does with what arrives. */
interface Pending {
  readonly key: Buffer;
  frame(type: number, payload: Buffer): void;
  gone(): void;
}

export function cage(command: Command): Cage {
  const child = spawn(command.file, command.args, {
    stdio: ["pipe", "ignore", "pipe", "pipe"],
    env: {},
    cwd: process.platform === "win32" ? undefined : "/",
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  live.add(child);
  let pending: Pending | undefined;
  let alive = true;
  let complaint = "";
  const kill = (): void => {
    alive = false;
    // Until it is gone it counts, for whoever awaits its end.
    child.ref();
    killGroup(child);
    const waiting = pending;
    pending = undefined;
    waiting?.gone();
  };
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      live.delete(child);
      kill();
      resolve();
    };
    child.once("error", (error) => {
      complaint = error.message;
      if (child.pid === undefined) end();
    });
    child.once("exit", end);
  });
  const incoming = child.stdio[3];
  child.stderr?.on("data", (bytes: Buffer) => {
    complaint = (complaint + bytes.toString("utf8")).slice(-4000);
  });
  // A pipe that breaks is a child that dies, which `exit` reports.
  for (const stream of [child.stdin, child.stderr, incoming]) stream?.on("error", () => {});
  // A forgotten child keeps nobody waiting; a request in progress does, by its deadline.
  child.unref();
  for (const stream of [child.stdin, child.stderr, incoming]) if (stream instanceof Socket) stream.unref();

  const frames = splitter((key, type, payload) => {
    if (pending?.key.equals(key) !== true) return kill();
    pending.frame(type, payload);
  }, kill);
  if (incoming !== null && incoming !== undefined && "read" in incoming) incoming.on("data", frames);

  const post = (key: Buffer, message: Message): void => {
    const body = Buffer.from(JSON.stringify(message), "utf8");
    const head = Buffer.allocUnsafe(4);
    head.writeUInt32BE(body.length);
    child.stdin?.write(Buffer.concat([head, key, body]));
  };
  /** Posts a message and hands what arrives for it to `take`, until that settles or time is up. */
  const exchange = <T>(
    message: Message,
    milliseconds: number,
    late: T,
    dead: T,
    take: (type: number, payload: Buffer, o: { settle: (result: T) => void; clock: Clock; key: Buffer }) => void,
  ): Promise<T> => {
    if (!alive || pending !== undefined) return Promise.resolve(dead);
    return new Promise((resolve) => {
      const key = randomBytes(16);
      const clock = stopwatch(milliseconds, () => {
        settle(late);
        kill();
      });
      const settle = (result: T): void => {
        clock.stop();
        pending = undefined;
        resolve(result);
      };
      pending = {
        key,
        frame: (type, payload) => take(type, payload, { settle, clock, key }),
        gone: () => settle(dead),
      };
      clock.go();
      post(key, message);
    });
  };

  return {
    pid: child.pid,
    get alive() {
      return alive;
    },
    ended,
    kill,
    complaint: () => errorLine.exec(complaint)?.[0] ?? complaint.trim().slice(-200),
    boot: (boot, milliseconds) =>
      exchange<Ready | undefined>(boot, milliseconds, undefined, undefined, (type, payload, { settle }) => {
        const message = type === frame.json ? read(payload) : undefined;
        if (message === undefined || !("ready" in message)) return kill();
        settle(message.ready);
      }),
    image: (boot, milliseconds) =>
      exchange<Buffer | undefined>(boot, milliseconds, undefined, undefined, (type, payload, { settle }) =>
        type === frame.blob ? settle(payload) : kill(),
      ),
    ask: async (request, o) => {
      const started = performance.now();
      const streams: Record<number, Buffer[]> = { [frame.stdout]: [], [frame.stderr]: [] };
      let room = o.output;
      type Done = Omit<Outcome, "stdout" | "stderr" | "milliseconds">;
      const done = await exchange<Done>(
        request,
        o.milliseconds,
        { status: "timeout" },
        { status: "killed" },
        (type, payload, { settle, clock, key }) => {
          if (type === frame.stdout || type === frame.stderr) {
            room -= payload.length;
            streams[type].push(payload);
            if (room >= 0) return;
            settle({ status: "output" });
            return kill();
          }
          const message = type === frame.json ? read(payload) : undefined;
          if (message !== undefined && "done" in message) return settle(message.done);
          if (message === undefined || !("call" in message) || o.answer === undefined) return kill();
          clock.stop();
          const reply = (outcome: Reply["outcome"]): void => {
            if (!alive) return;
            clock.go();
            post(key, { op: "reply", outcome });
          };
          o.answer(message.call.name, message.call.args).then(reply, () => kill());
        },
      );
      if (done.status !== "ok" && done.status !== "error") kill();
      const text = (type: number): string => Buffer.concat(streams[type]).toString("utf8");
      return {
        ...done,
        stdout: text(frame.stdout),
        stderr: text(frame.stderr),
        milliseconds: performance.now() - started,
      };
    },
  };
}

/** The child's message, or undefined where it is none. */
function read(payload: Buffer): z.infer<typeof messageSchema> | undefined {
  try {
    return messageSchema.parse(JSON.parse(payload.toString("utf8")));
  } catch {
    return undefined;
  }
}

/** Cuts a stream of bytes into frames. */
function splitter(
  take: (key: Buffer, type: number, payload: Buffer) => void,
  malformed: () => void,
): (bytes: Buffer) => void {
  let parts: Buffer[] = [];
  let size = 0;
  return (bytes) => {
    parts.push(bytes);
    size += bytes.length;
    while (size >= 4) {
      if (parts[0].length < 4) parts = [Buffer.concat(parts)];
      const length = parts[0].readUInt32BE(0);
      if (length < 17 || length > largestFrame) return malformed();
      if (size < length + 4) return;
      const all = Buffer.concat(parts);
      take(all.subarray(4, 20), all[20], all.subarray(21, length + 4));
      parts = [all.subarray(length + 4)];
      size -= length + 4;
    }
  };
}

interface Clock {
  go(): void;
  stop(): void;
}

/** Calls `up` after so much time between `go` and `stop` in all. */
function stopwatch(milliseconds: number, up: () => void): Clock {
  let left = milliseconds;
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    go: () => {
      since = performance.now();
      timer = setTimeout(up, Math.max(0, left));
    },
    stop: () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      left -= performance.now() - since;
    },
  };
}
