import { describe, expect, it } from "vitest";
import { broadcast, Graph, ShapeError } from "./graph.ts";
import { floats, floatsOf, openSession } from "./sessions.ts";

const cpu = { threads: 1, device: "cpu" } as const;

describe("Graph", () => {
  it("emits a model that ONNX Runtime runs, with a symbolic size", async () => {
    const g = new Graph();
    const a = g.input("a", [2, "n"]);
    const b = g.input("b", ["n", 2]);
    const product = g.matmul(a, b);
    g.output(g.add(product, g.scalar(1)), "y");
    g.output(product, "product");
    g.output(g.reshape(a, ["n", 2]), "rows");
    g.output(a, "same");
    const session = await openSession(g.build(), cpu);
    for (const n of [1, 3]) {
      const ones = new Float32Array(2 * n).fill(2);
      const results = await session.run({ a: floats(ones, [2, n]), b: floats(ones, [n, 2]) });
      expect([...floatsOf(results.y)]).toEqual(Array(4).fill(4 * n + 1));
      expect([...floatsOf(results.product)]).toEqual(Array(4).fill(4 * n));
      expect(results.rows.dims).toEqual([n, 2]);
      expect([...floatsOf(results.same)]).toEqual([...ones]);
    }
  });

  it("slices from the end, concatenates, gathers, reduces and casts", async () => {
    const g = new Graph();
    const x = g.constant([1, 2, 3, 4, 5, 6], [2, 3]);
    const tail = g.slice(x, 1, -2, 3);
    expect(tail.shape).toEqual([2, 2]);
    g.output(g.concat([tail, g.slice(x, 1, 0, 1)], 1), "turned");
    g.output(g.gather(x, g.constant([1, 1, 0], [3], "int32")), "rows");
    g.output(g.reduce("ReduceMax", x, [1], false), "max");
    g.output(g.cast(g.equal(x, g.scalar(4)), "float32"), "four");
    const session = await openSession(g.build(), cpu);
    const results = await session.run({});
    expect([...floatsOf(results.turned)]).toEqual([2, 3, 1, 5, 6, 4]);
    expect([...floatsOf(results.rows)]).toEqual([4, 5, 6, 4, 5, 6, 1, 2, 3]);
    expect([...floatsOf(results.max)]).toEqual([3, 6]);
    expect([...floatsOf(results.four)]).toEqual([0, 0, 0, 1, 0, 0]);
  });

  it("stores equal constants once", () => {
    const g = new Graph();
    expect(g.constant([1, 2], [2])).toBe(g.constant(Float32Array.of(1, 2), [2]));
    expect(g.constant([1, 2], [2])).not.toBe(g.constant([1, 2], [1, 2]));
    expect(g.constant([1, 2], [2])).not.toBe(g.constant([1, 2], [2], "int32"));
  });

  it("names the operator and the shapes of a mismatch", () => {
    const g = new Graph();
    const [a, b] = [g.input("a", [2, 3]), g.input("b", [2, 4])];
    expect(() => g.matmul(a, b)).toThrow("MatMul: inner sizes differ ([2, 3] and [2, 4])");
    expect(() => g.add(a, b)).toThrow("Add: shapes do not broadcast ([2, 3] and [2, 4])");
    expect(() => g.gemm(a, b, { transB: true })).toThrow(ShapeError);
    expect(() => g.reshape(a, [4])).toThrow(ShapeError);
    expect(() => g.transpose(a, [0, 0])).toThrow(ShapeError);
    expect(() => g.concat([a, b], 0)).toThrow(ShapeError);
    expect(() => g.slice(a, 1, 3, 3)).toThrow(ShapeError);
    expect(() => g.constant([1], [2])).toThrow(ShapeError);
    expect(() => g.input("a", [1])).toThrow(ShapeError);
    expect(() => g.equal(a, g.constant([1], [1], "int32"))).toThrow("types differ");
  });

  it("broadcasts symbolic sizes with themselves and with 1 only", () => {
    expect(broadcast("Add", [2, 1, "n"], [3, 1])).toEqual([2, 3, "n"]);
    expect(broadcast("Add", ["n"], ["n"])).toEqual(["n"]);
    expect(() => broadcast("Add", ["n"], [2])).toThrow(ShapeError);
  });
});
