import { expect, it } from "vitest";
import { Graph } from "./graph.ts";
import { floats, floatsOf, integers, SessionCache } from "./sessions.ts";
import type { Program } from "./sessions.ts";

const hardware = { threads: 1, device: "cpu" } as const;

/** y = x + n, said to take n bytes. */
function plus(n: number): Program {
  const build = (): Uint8Array => {
    const g = new Graph();
    g.output(g.add(g.input("x", [2]), g.scalar(n)), "y");
    return g.build();
  };
  return { key: String(n), bytes: n, build };
}

it.each([
  ["number", { sessions: 2, bytes: 100 }],
  ["memory", { sessions: 10, bytes: 59 }],
])("keeps the sessions used last, bounded by %s, and rebuilds the others", async (_, capacity) => {
  const cache = new SessionCache(hardware, capacity);
  const built: number[] = [];
  const run = async (n: number): Promise<number[]> => {
    const program = { ...plus(n), build: () => (built.push(n), plus(n).build()) };
    const { y } = await cache.run(program, { x: floats(Float32Array.of(1, 2), [2]) });
    return [...floatsOf(y)];
  };
  for (const n of [10, 20, 10, 30, 10, 20]) expect(await run(n)).toEqual([1 + n, 2 + n]);
  expect(built).toEqual([10, 20, 30, 20]);
  await cache.close();
});

it("fills given outputs, runs concurrent calls in order, and survives one that fails", async () => {
  const cache = new SessionCache(hardware);
  const y = floats(new Float32Array(2), [2]);
  const x = floats(Float32Array.of(1, 2), [2]);
  const failing = cache.run(plus(1), { x: floats(new Float32Array(3), [3]) });
  const first = cache.run(plus(1), { x }, { y });
  const second = cache.run(plus(2), { x: y });
  await expect(failing).rejects.toThrow("invalid dimensions");
  expect((await first).y).toBe(y);
  expect([...floatsOf((await second).y)]).toEqual([4, 5]);
  await cache.close();
});

it("refuses integers where floats are expected", () => {
  expect(() => floatsOf(integers(new Int32Array(1), [1]))).toThrow("expected a float32 tensor, not int32");
});
