import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { logSumExp, Tape } from "./autodiff.ts";
import { DecoderConfig, ropeTables } from "./config.ts";
import { Graph, ShapeError, sizeOf } from "./graph.ts";
import type { Shape, Tensor } from "./graph.ts";
import {
  causalAttention,
  dropout,
  entropy,
  klDivergence,
  prediction,
  repeatHeads,
  rmsNormalise,
  rope,
  swiglu,
  targetLogprob,
} from "./layers.ts";
import { floats, floatsOf, openSession } from "./sessions.ts";

interface Case {
  readonly shapes: readonly Shape[];
  readonly build: (tape: Tape, ...x: Tensor[]) => Tensor;
  /** Keeps inputs away from where the function is not defined. */
  readonly positive?: boolean;
}

const draw = (seed: string, size: number, positive: boolean): Float32Array => {
  const r = random(seed);
  return Float32Array.from({ length: size }, () => (positive ? 0.5 + r.next() : r.normal()));
};

/** Compares every input's gradient of Σ c·f(x), c random, with central differences. Returns the worst relative error. */
async function gradientError(name: string, { shapes, build, positive = false }: Case): Promise<number> {
  const graph = new Graph();
  const tape = new Tape(graph);
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, shape));
  const output = build(tape, ...inputs);
  const seed = draw(`${name} seed`, sizeOf(output.shape), false);
  const gradients = tape.gradients(new Map([[output, graph.constant(seed, output.shape)]]), inputs);
  graph.output(output, "y");
  gradients.forEach((gradient, i) => graph.output(gradient, `d${i}`));
  const session = await openSession(graph.build(), { threads: 1, device: "cpu" });
  const x = shapes.map((shape, i) => draw(`${name} ${i}`, sizeOf(shape), positive));
  const run = () => session.run(Object.fromEntries(x.map((data, i) => [`x${i}`, floats(data, shapes[i].map(Number))])));
  const objective = async (): Promise<number> => floatsOf((await run()).y).reduce((sum, y, i) => sum + y * seed[i], 0);
  const analytic = await run();
  let worst = 0;
  for (let i = 0; i < x.length; i++) {
    const gradient = floatsOf(analytic[`d${i}`]);
    const scale = Math.max(0.1, Math.hypot(...gradient) / Math.sqrt(gradient.length));
    for (let j = 0; j < x[i].length; j++) {
      const [before, h] = [x[i][j], 1e-2];
      x[i][j] = before + h;
      const above = await objective();
      x[i][j] = before - h;
      const below = await objective();
      x[i][j] = before;
      worst = Math.max(worst, Math.abs((above - below) / (2 * h) - gradient[j]) / scale);
    }
  }
  await session.release();
  return worst;
}

const config = DecoderConfig.parse({ vocab: 5, layers: 1, width: 8, heads: 2, hidden: 8, context: 4 });
const rotation = (g: Graph) => {
  const { cos, sin } = ropeTables(config, 4);
  return {
    positions: g.constant([0, 1, 3, 2], [4, 1], "int64"),
    cos: g.constant(cos, [4, 2]),
    sin: g.constant(sin, [4, 2]),
    minusSin: g.constant(
      sin.map((x) => -x),
      [4, 2],
    ),
  };
};

const CASES: Record<string, Case> = {
  add: { shapes: [[2, 3], [3]], build: (t, a, b) => t.add(a, b) },
  sub: {
    shapes: [
      [2, 3],
      [2, 1],
    ],
    build: (t, a, b) => t.sub(a, b),
  },
  mul: {
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    build: (t, a, b) => t.mul(a, b),
  },
  div: { shapes: [[2, 3], []], build: (t, a, b) => t.div(a, b), positive: true },
  "mul by itself": { shapes: [[3]], build: (t, a) => t.mul(a, a) },
  matmul: {
    shapes: [
      [2, 2, 3],
      [3, 4],
    ],
    build: (t, a, b) => t.matmul(a, b),
  },
  linear: {
    shapes: [
      [3, 4],
      [2, 4],
    ],
    build: (t, x, w) => t.linear(x, w),
  },
  "linear with bias": { shapes: [[3, 4], [2, 4], [2]], build: (t, x, w, b) => t.linear(x, w, b) },
  "linear twice of one x and one W": {
    shapes: [
      [3, 4],
      [4, 4],
    ],
    build: (t, x, w) => t.linear(t.linear(x, w, x), w),
  },
  neg: { shapes: [[3]], build: (t, x) => t.unary("Neg", x) },
  exp: { shapes: [[3]], build: (t, x) => t.unary("Exp", x) },
  log: { shapes: [[3]], build: (t, x) => t.unary("Log", x), positive: true },
  sqrt: { shapes: [[3]], build: (t, x) => t.unary("Sqrt", x), positive: true },
  reciprocal: { shapes: [[3]], build: (t, x) => t.unary("Reciprocal", x), positive: true },
  sigmoid: { shapes: [[3]], build: (t, x) => t.unary("Sigmoid", x) },
  silu: { shapes: [[3]], build: (t, x) => t.silu(x) },
  softmax: { shapes: [[2, 4]], build: (t, x) => t.softmax(x) },
  logSoftmax: { shapes: [[2, 4]], build: (t, x) => t.logSoftmax(x) },
  sum: { shapes: [[2, 3, 2]], build: (t, x) => t.sum(x, [0, 2], false) },
  mean: { shapes: [[2, 3, 2]], build: (t, x) => t.mean(x, [1]) },
  reshape: { shapes: [[2, 3]], build: (t, x) => t.reshape(x, [3, 2]) },
  transpose: { shapes: [[2, 3, 4]], build: (t, x) => t.transpose(x, [1, 2, 0]) },
  concat: {
    shapes: [
      [2, 3],
      [2, 1],
    ],
    build: (t, a, b) => t.concat([a, b], 1),
  },
  slice: { shapes: [[2, 5]], build: (t, x) => t.slice(x, 1, 1, 4) },
  embedding: { shapes: [[5, 3]], build: (t, x) => t.embedding(x, t.graph.constant([1, 4, 1], [3], "int32")) },
  where: {
    shapes: [[2, 3], []],
    build: (t, a, b) => t.where(t.graph.constant([1, 0, 1, 0, 0, 1], [2, 3], "bool"), a, b),
  },
  rmsNormalise: { shapes: [[3, 4]], build: (t, x) => rmsNormalise(t, x, 1e-5) },
  swiglu: {
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (t, a, b) => swiglu(t, a, b),
  },
  rope: { shapes: [[4, 8]], build: (t, x) => rope(t, x, 2, rotation(t.graph)) },
  repeatHeads: { shapes: [[2, 4]], build: (t, x) => repeatHeads(t, x, 2, 4) },
  causalAttention: {
    shapes: [
      [6, 8],
      [6, 8],
      [6, 8],
    ],
    build: (t, q, k, v) => causalAttention(t, q, k, v, 3, 2, 2),
  },
  dropout: { shapes: [[2, 3]], build: (t, x) => dropout(t, x, t.graph.constant([0, 2, 2, 0, 2, 0], [2, 3])) },
  targetLogprob: {
    shapes: [[3, 5]],
    build: (t, x) => targetLogprob(t, prediction(t, x), t.graph.constant([1, 0, 4], [3], "int32")),
  },
  entropy: { shapes: [[3, 5]], build: (t, x) => entropy(t, prediction(t, x)) },
  klDivergence: {
    shapes: [[3, 5]],
    build: (t, x) => klDivergence(t, prediction(t, x), t.graph.constant(draw("reference", 15, false), [3, 5])),
  },
};

describe("autodiff", () => {
  it.each(Object.entries(CASES))("%s: gradients equal central differences", async (name, operation) => {
    expect(await gradientError(name, operation)).toBeLessThan(1e-2);
  });

  it("finds a wrong gradient", async () => {
    const wrong: Case = {
      shapes: [[3]],
      build: (t, x) => t.record(t.graph.mul(x, x), [x], (d, into) => into.add(x, t.graph.mul(d, x))),
    };
    expect(await gradientError("wrong", wrong)).toBeGreaterThan(0.1);
  });

  it("gives zeros for what has no influence", async () => {
    const graph = new Graph();
    const tape = new Tape(graph);
    const [x, y] = [graph.input("x", [2]), graph.input("y", [3])];
    const out = tape.mul(x, x);
    const [dx, dy] = tape.gradients(new Map([[out, graph.constant([1, 1], [2])]]), [x, y]);
    graph.output(dx, "dx");
    graph.output(dy, "dy");
    const session = await openSession(graph.build(), { threads: 1, device: "cpu" });
    const results = await session.run({ x: floats(Float32Array.of(3, 4), [2]), y: floats(new Float32Array(3), [3]) });
    expect([...floatsOf(results.dx)]).toEqual([6, 8]);
    expect([...floatsOf(results.dy)]).toEqual([0, 0, 0]);
  });

  it("keeps log-sum-exp finite where exponentials overflow or vanish", async () => {
    const graph = new Graph();
    const x = graph.input("x", [2, 3]);
    graph.output(logSumExp(graph, x, graph.softmax(x)), "y");
    const session = await openSession(graph.build(), { threads: 1, device: "cpu" });
    const { y } = await session.run({ x: floats(Float32Array.of(500, 500, -500, -300, -300, -300), [2, 3]) });
    expect(floatsOf(y)[0]).toBeCloseTo(500 + Math.log(2), 3);
    expect(floatsOf(y)[1]).toBeCloseTo(-300 + Math.log(3), 3);
  });

  it("refuses a seed of another shape", () => {
    const graph = new Graph();
    const tape = new Tape(graph);
    const x = graph.input("x", [2]);
    const y = tape.mul(x, x);
    expect(() => tape.gradients(new Map([[y, graph.constant([1], [1])]]), [x])).toThrow(ShapeError);
  });
});
