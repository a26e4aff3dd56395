import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { random } from "../core/random.ts";
import { Endpoint, type endpointOptions, Fault, sharedEndpoint } from "./endpoint.ts";
import { durationOf, pauseOf } from "./rate-headers.ts";
import { FakeClock, settled } from "./testing/fake-clock.ts";

const headers = (of: Record<string, string>): Headers => new Headers(of);
const epoch = Date.UTC(2026, 0, 1);

/** A pool on a clock that stands still; tries take 100 ms, and begin times are kept by name. */
function pool(o: z.input<typeof endpointOptions> = {}) {
  const clock = new FakeClock(epoch);
  const endpoint = new Endpoint("test", o, { clock, random: random("endpoint test") });
  const begun: [name: string, at: number][] = [];
  const takes =
    <T>(name: string, result: () => T, ms = 100) =>
    async (signal: AbortSignal): Promise<T> => {
      begun.push([name, clock.now()]);
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", clock.after(ms, resolve));
      });
      return result();
    };
  const names = (): string => begun.map(([name]) => name).join(" ");
  const times = (name: string): number[] => begun.filter(([of]) => of === name).map(([, at]) => at);
  return { clock, endpoint, begun, takes, names, times };
}
const outcome = <T>(promise: Promise<T>): Promise<T | string> =>
  promise.catch((error: unknown) => (error instanceof Error ? error.message : String(error)));

/** Fails so many times, then gives "ok". */
function failing(times: number, fault: () => Error): () => string {
  let left = times;
  return () => {
    if (left-- > 0) throw fault();
    return "ok";
  };
}

describe("Endpoint", () => {
  it("keeps at most so many in flight, and fills every place at once", async () => {
    const { clock, endpoint, takes, begun } = pool({ concurrency: 4 });
    const all = Promise.all(Array.from({ length: 10 }, (_, i) => endpoint.run(takes(`${i}`, () => i))));
    expect(endpoint.figures).toMatchObject({ inFlight: 4, queued: 6 });
    await clock.pass(300);
    expect(await all).toEqual([...Array(10).keys()]);
    expect(begun.map(([, at]) => at)).toEqual([0, 0, 0, 0, 100, 100, 100, 100, 200, 200]);
    expect(endpoint.figures).toMatchObject({ inFlight: 0, queued: 0, greatestInFlight: 4, requests: 10, retries: 0 });
    expect(endpoint.figures.latency).toEqual({ mean: 100, max: 100 });
  });

  it("lets callers take turns, however much one of them asks", async () => {
    const { clock, endpoint, takes, names } = pool({ concurrency: 1 });
    const [much, little] = [{}, {}];
    for (let i = 0; i < 4; i++)
      void endpoint.run(
        takes(`m${i}`, () => 0),
        { caller: much },
      );
    for (let i = 0; i < 2; i++)
      void endpoint.run(
        takes(`l${i}`, () => 0),
        { caller: little },
      );
    await clock.pass(1000);
    expect(names()).toBe("m0 m1 l0 m2 l1 m3");
  });

  it("tries again after faults that pass, later each time, with jitter", async () => {
    const { clock, endpoint, takes, times } = pool({ backoff: 1000 });
    const result = endpoint.run(
      takes(
        "a",
        failing(3, () => new Fault("passing", "500")),
      ),
    );
    await clock.pass(10_000);
    expect(await result).toBe("ok");
    const gaps = times("a")
      .slice(1)
      .map((at, i) => at - times("a")[i] - 100);
    for (const [i, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThanOrEqual(500 * 2 ** i);
      expect(gap).toBeLessThanOrEqual(1000 * 2 ** i);
    }
    expect(new Set(gaps.map((gap, i) => gap / 2 ** i)).size).toBe(3);
    expect(endpoint.figures).toMatchObject({ requests: 4, retries: 3, failed: 0 });
  });

  it("gives its place to others while it waits for the next try", async () => {
    const { clock, endpoint, takes, names } = pool({ concurrency: 1, backoff: 1000 });
    void endpoint.run(
      takes(
        "a",
        failing(1, () => new Fault("passing", "500")),
      ),
    );
    void endpoint.run(takes("b", () => 0));
    await clock.pass(150);
    expect(endpoint.figures).toMatchObject({ inFlight: 1, waiting: 1, queued: 0 });
    await clock.pass(2000);
    expect(names()).toBe("a b a");
  });

  it("gives up after so many tries, and at once where it would fail again", async () => {
    const { clock, endpoint, takes, names } = pool({ attempts: 3, backoff: 10 });
    const results = Promise.all([
      outcome(
        endpoint.run(
          takes(
            "p",
            failing(9, () => new Fault("passing", "always 500")),
          ),
        ),
      ),
      outcome(
        endpoint.run(
          takes(
            "l",
            failing(9, () => new Fault("lasting", "401")),
          ),
        ),
      ),
      outcome(
        endpoint.run(
          takes(
            "x",
            failing(9, () => new TypeError("a mistake of the program")),
          ),
        ),
      ),
    ]);
    await clock.pass(1000);
    expect(await results).toEqual(["always 500", "401", "a mistake of the program"]);
    expect(names()).toBe("p l x p p");
    expect(endpoint.figures).toMatchObject({ failed: 3, requests: 5 });
  });

  it("holds everybody back as long as Retry-After says, in seconds or until a date", async () => {
    for (const after of ["7", new Date(epoch + 7100).toUTCString()]) {
      const { clock, endpoint, takes, times } = pool({ backoff: 10 });
      const fault = () => new Fault("limited", "429", { headers: headers({ "retry-after": after }) });
      void endpoint.run(takes("a", failing(1, fault)));
      await clock.pass(100);
      void endpoint.run(takes("b", () => 0));
      await clock.pass(6800);
      expect(times("b")).toEqual([]);
      await clock.pass(1000);
      expect(times("b")[0]).toBeGreaterThanOrEqual(7000);
      expect(times("a")[1]).toBeGreaterThanOrEqual(7000);
      expect(endpoint.figures).toMatchObject({ limited: 1, failed: 0, waiting: 0 });
    }
  });

  it("pauses the pool after 429s in a row, begins again with one, and widens with success", async () => {
    let busy = true;
    const { clock, endpoint, takes, begun } = pool({ concurrency: 8, backoff: 1000, breakAfter: 3, attempts: 99 });
    const reply = (): string => {
      if (busy) throw new Fault("limited", "429");
      return "ok";
    };
    const all = Promise.all(Array.from({ length: 24 }, (_, i) => endpoint.run(takes(`${i}`, reply))));
    await clock.pass(450);
    // Two places were filled again before the third reply; then nobody is sent, and what was in flight says nothing new.
    expect(begun).toHaveLength(10);
    busy = false;
    await clock.pass(20_000);
    expect(await all).toEqual(Array.from({ length: 24 }, () => "ok"));
    const waves = Map.groupBy(begun.slice(10), ([, at]) => at);
    expect([...waves.values()].map((wave) => wave.length).slice(0, 4)).toEqual([1, 2, 4, 8]);
    expect(endpoint.figures).toMatchObject({ limited: 10, failed: 0 });
  });

  it("keeps to requests and tokens a minute", async () => {
    const requests = pool({ requestsPerMinute: 3 });
    for (let i = 0; i < 7; i++) void requests.endpoint.run(requests.takes("r", () => 0));
    await requests.clock.pass(200_000);
    expect(requests.times("r")).toEqual([0, 0, 0, 60_000, 60_000, 60_000, 120_000]);

    const tokens = pool({ tokensPerMinute: 100 });
    for (let i = 0; i < 4; i++)
      void tokens.endpoint.run(
        tokens.takes("t", () => 0),
        { tokens: 40, used: () => 40 },
      );
    await tokens.clock.pass(100_000);
    expect(tokens.times("t")).toEqual([0, 0, 60_000, 60_000]);
  });

  it("counts the tokens that were used in the place of those expected", async () => {
    const { clock, endpoint, takes, times } = pool({ tokensPerMinute: 100 });
    void endpoint.run(
      takes("a", () => 0),
      { tokens: 90, used: () => 10 },
    );
    await clock.pass(100);
    void endpoint.run(
      takes("b", () => 0),
      { tokens: 90, used: () => 90 },
    );
    await clock.pass(100);
    expect(times("b")).toEqual([100]);
    expect(endpoint.figures.tokens).toBe(100);
  });

  it("waits where headers say that nothing is left", async () => {
    const { clock, endpoint, takes, times } = pool();
    endpoint.observe(headers({ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m2s" }));
    endpoint.observe(headers({ "x-ratelimit-remaining-tokens": "17", "x-ratelimit-reset-tokens": "5m" }));
    void endpoint.run(takes("a", () => 0));
    await clock.pass(100_000);
    expect(times("a")).toEqual([62_000]);
  });

  it("can be aborted before, in the queue, in flight, and between two tries, and frees the place", async () => {
    const { clock, endpoint, takes, names } = pool({ concurrency: 1, backoff: 1000 });
    const controllers = Array.from({ length: 3 }, () => new AbortController());
    const [flying, queued, between] = controllers.map(({ signal }) => signal);
    const results = Promise.all([
      outcome(
        endpoint.run(
          takes("flying", () => 0, 1e6),
          { signal: flying },
        ),
      ),
      outcome(
        endpoint.run(
          takes("queued", () => 0),
          { signal: queued },
        ),
      ),
      outcome(
        endpoint.run(
          takes(
            "between",
            failing(9, () => new Fault("passing", "500")),
          ),
          { signal: between },
        ),
      ),
      outcome(endpoint.run(takes("last", () => "done"))),
    ]);
    controllers[1].abort(new Error("left the queue"));
    await clock.pass(50);
    controllers[0].abort(new Error("broke off"));
    await clock.pass(300);
    expect(endpoint.figures).toMatchObject({ inFlight: 0, queued: 0, waiting: 1 });
    controllers[2].abort(new Error("gave up"));
    expect(await results).toEqual(["broke off", "left the queue", "gave up", "done"]);
    expect(endpoint.figures).toMatchObject({ inFlight: 0, queued: 0, waiting: 0, failed: 0 });
    await expect(
      endpoint.run(
        takes("never", () => 0),
        { signal: AbortSignal.abort(new Error("too late")) },
      ),
    ).rejects.toThrow("too late");
    await clock.pass(10_000);
    expect(names()).toBe("flying between last");
  });

  it("ends a try that takes too long, also one that does not listen, and tries again", async () => {
    const { clock, endpoint, begun } = pool({ timeout: 1000, attempts: 2, backoff: 100, concurrency: 1 });
    let tries = 0;
    const deaf = outcome(
      endpoint.run(() => {
        tries++;
        return new Promise(() => {});
      }),
    );
    await clock.pass(5000);
    expect(await deaf).toBe("no reply within 1 s");
    expect([tries, endpoint.figures.inFlight, begun.length]).toEqual([2, 0, 0]);
  });

  it("is one for an address and a key", async () => {
    const a = sharedEndpoint("http://one.test", "k", { concurrency: 3 });
    expect(sharedEndpoint("http://one.test", "k", { attempts: 2 })).toBe(a);
    expect(a.options).toMatchObject({ concurrency: 3, attempts: 2 });
    expect(sharedEndpoint("http://one.test", "other")).not.toBe(a);
    expect(sharedEndpoint("http://two.test", "k")).not.toBe(a);
    await settled();
  });
});

describe("rates in headers", () => {
  it("reads every form of them, and ignores what is none", () => {
    expect(pauseOf(headers({ "retry-after": "1.5" }), epoch)).toEqual({ retryAfter: 1500 });
    expect(pauseOf(headers({ "retry-after-ms": "20", "retry-after": "9" }), epoch)).toEqual({ retryAfter: 20 });
    expect(pauseOf(headers({ "retry-after": "Wed, 01 Jan 2020 00:00:00 GMT" }), epoch)).toEqual({ retryAfter: 0 });
    expect(pauseOf(headers({ "retry-after": "soon" }), epoch)).toEqual({});
    expect(pauseOf(headers({ "x-ratelimit-remaining-tokens": "0" }), epoch)).toEqual({});
    expect(["20ms", "1m30.5s", "2", "1h", "", "x"].map(durationOf)).toEqual([
      20,
      90_500,
      2000,
      3.6e6,
      undefined,
      undefined,
    ]);
  });
});
