/** Started interpreters for untrusted code: one child process a candidate, never used again. */
import { availableParallelism } from "node:os";
import { UserError } from "../core/errors.ts";
import type { Cage } from "./cage.ts";
import type { Interpreter, Language, Limits, Sandbox } from "./contract.ts";
import { interpreter } from "./interpreter.ts";
import { assertSafe, layersOf, type LayerName } from "./layers.ts";
import { limitsOf } from "./limits.ts";
import { starter, type Started, type StartOptions } from "./start.ts";

export interface SandboxOptions extends StartOptions {
  /** Defaults of all interpreters. */
  readonly limits?: Partial<Limits>;
  /** Interpreters kept ready for each language in use; default min(2, cores). 0: none. */
  readonly warm?: number;
  /** Interpreters open at once, those with a bridge not counted; further `open`s wait. Default: cores, at least 2. */
  readonly concurrency?: number;
  /** Needed layers of isolation that may be missing. */
  readonly allow?: readonly LayerName[];
  /** Closes the sandbox. */
  readonly signal?: AbortSignal;
}

export function createSandbox(o: SandboxOptions = {}): Sandbox {
  const limits = limitsOf(o.limits);
  const cores = availableParallelism();
  const target = o.warm ?? Math.min(2, cores);
  const slots = semaphore(o.concurrency ?? Math.max(2, cores));
  const start = starter(o);
  const idle = new Map<Language, Promise<Started>[]>();
  const cages = new Set<Cage>();
  let closed = false;

  const begun = (started: Cage): void => {
    cages.add(started);
    void started.ended.then(() => cages.delete(started));
    if (closed) started.kill();
  };
  const launch = (language: Language, megabytes: number): Promise<Started> => start(language, megabytes, { begun });
  const refill = (language: Language): void => {
    const ready = idle.get(language) ?? [];
    idle.set(language, ready);
    while (!closed && ready.length < target) {
      const next = launch(language, limits.megabytes);
      // Its failure is told to whoever takes it.
      next.catch(() => {});
      ready.push(next);
    }
  };
  const take = async (language: Language, megabytes: number): Promise<Started> => {
    const ready = idle.get(language);
    while (megabytes <= limits.megabytes && ready !== undefined && ready.length > 0) {
      const warm = await ready.shift();
      if (warm?.cage.alive === true) return warm;
    }
    return launch(language, megabytes);
  };
  const assertOpen = (): void => {
    if (closed) throw new UserError("the sandbox is closed", "create another one");
  };
  const close = async (): Promise<void> => {
    closed = true;
    const all = [...cages];
    for (const each of all) each.kill();
    await Promise.all(all.map((each) => each.ended));
  };
  o.signal?.addEventListener("abort", () => void close(), { once: true });
  if (o.signal?.aborted === true) closed = true;

  return {
    open: async (language, options = {}) => {
      assertOpen();
      const own = limitsOf(limits, options.limits);
      const leave = options.bridge === undefined ? await slots.enter(options.signal) : () => {};
      try {
        assertOpen();
        const warm = await take(language, own.megabytes);
        refill(language);
        assertOpen();
        assertSafe(layersOf(warm.ready, warm.wrappers), o.allow);
        void warm.cage.ended.then(leave);
        return await opened(interpreter(language, warm.cage, own, options.bridge), warm.cage.ended, options.signal);
      } catch (error) {
        leave();
        throw error;
      }
    },
    close,
  };
}

async function opened(made: Promise<Interpreter>, ended: Promise<void>, signal?: AbortSignal): Promise<Interpreter> {
  const one = await made;
  const abort = (): void => void one.close();
  signal?.addEventListener("abort", abort, { once: true });
  void ended.then(() => signal?.removeEventListener("abort", abort));
  if (signal?.aborted === true) {
    await one.close();
    signal.throwIfAborted();
  }
  return one;
}

/** At most `n` inside at once, in order of arrival. */
function semaphore(n: number): { enter(signal?: AbortSignal): Promise<() => void> } {
  let free = n;
  const waiting: (() => void)[] = [];
  return {
    enter: async (signal) => {
      signal?.throwIfAborted();
      if (free > 0) free--;
      else {
        await new Promise<void>((resolve, reject) => {
          const abort = (): void => {
            waiting.splice(waiting.indexOf(go), 1);
            reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
          };
          const go = (): void => {
            signal?.removeEventListener("abort", abort);
            resolve();
          };
          signal?.addEventListener("abort", abort, { once: true });
          waiting.push(go);
        });
      }
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const next = waiting.shift();
        if (next === undefined) free++;
        else next();
      };
    },
  };
}
