/**
 * Reverse-mode differentiation over `Graph`: every operation of a `Tape` records its vector-Jacobian product, and
 * `gradients` emits the backward pass into the same graph.
 */
import { ShapeError, sizeOf } from "./graph.ts";
import type { Graph, Shape, Tensor } from "./graph.ts";

/** Gradients collected so far, by tensor. */
export interface Cotangents {
  /** Whether the gradient of this tensor is needed at all. */
  wants(x: Tensor): boolean;
  add(x: Tensor, gradient: Tensor): void;
  /** What is collected of x, for a product that adds to it in one operator; follow with `replace`. */
  pending(x: Tensor): Tensor | undefined;
  replace(x: Tensor, gradient: Tensor): void;
}

/** Adds to `into` the gradients of an operation's inputs, given that of its output. */
export type Vjp = (gradient: Tensor, into: Cotangents) => void;

interface Entry {
  readonly output: Tensor;
  readonly inputs: readonly Tensor[];
  readonly vjp: Vjp;
}

/** Derivatives of element-wise functions: the gradient of x from that of y = f(x). */
const UNARY: Readonly<Record<string, (g: Graph, d: Tensor, x: Tensor, y: Tensor) => Tensor>> = {
  Neg: (g, d) => g.unary("Neg", d),
  Exp: (g, d, _, y) => g.mul(d, y),
  Log: (g, d, x) => g.div(d, x),
  Sqrt: (g, d, _, y) => g.div(g.scale(d, 0.5), y),
  Reciprocal: (g, d, _, y) => g.unary("Neg", g.mul(d, g.mul(y, y))),
  Sigmoid: (g, d, _, y) => g.mul(d, g.sub(y, g.mul(y, y))),
};

export class Tape {
  readonly graph: Graph;
  readonly #entries: Entry[] = [];

  constructor(graph: Graph) {
    this.graph = graph;
  }

  /** Registers how gradients pass an operation that was emitted by hand. Returns its output. */
  record(output: Tensor, inputs: readonly Tensor[], vjp: Vjp): Tensor {
    this.#entries.push({ output, inputs, vjp });
    return output;
  }

  /**
   * Emits the gradients of Σ seed·output with respect to `wrt`.
   * @param seeds the gradient of each output, shaped like it.
   * @returns one tensor for each of `wrt`, shaped like it; zeros where it has no influence.
   */
  gradients(seeds: ReadonlyMap<Tensor, Tensor>, wrt: readonly Tensor[]): Tensor[] {
    const needed = new Set(wrt.map((x) => x.name));
    for (const { output, inputs } of this.#entries) {
      if (inputs.some((x) => needed.has(x.name))) needed.add(output.name);
    }
    const collected = new Map<string, Tensor>();
    const into: Cotangents = {
      wants: (x) => needed.has(x.name),
      pending: (x) => collected.get(x.name),
      replace: (x, gradient) => void collected.set(x.name, gradient),
      add: (x, gradient) => {
        if (!needed.has(x.name)) return;
        if (gradient.shape.join() !== x.shape.join())
          throw new ShapeError("gradients", "not shaped alike", x.shape, gradient.shape);
        const before = collected.get(x.name);
        collected.set(x.name, before ? this.graph.add(before, gradient) : gradient);
      },
    };
    for (const [output, seed] of seeds) into.add(output, seed);
    for (const { output, vjp } of this.#entries.toReversed()) {
      const gradient = collected.get(output.name);
      if (gradient && needed.has(output.name)) vjp(gradient, into);
    }
    const zeros = (shape: Shape): Tensor => this.graph.constant(new Float32Array(sizeOf(shape)), shape);
    return wrt.map((x) => collected.get(x.name) ?? zeros(x.shape));
  }

  /** Sums a gradient over the axes along which `x` was broadcast. */
  #unbroadcast(gradient: Tensor, x: Tensor): Tensor {
    const extra = gradient.shape.length - x.shape.length;
    const axes = gradient.shape.flatMap((dim, i) => (i < extra || x.shape[i - extra] !== dim ? [i] : []));
    if (axes.length === 0) return gradient;
    return this.graph.reshape(this.graph.reduce("ReduceSum", gradient, axes), x.shape);
  }

  #binary(output: Tensor, a: Tensor, b: Tensor, da: (d: Tensor) => Tensor, db: (d: Tensor) => Tensor): Tensor {
    return this.record(output, [a, b], (d, into) => {
      if (into.wants(a)) into.add(a, this.#unbroadcast(da(d), a));
      if (into.wants(b)) into.add(b, this.#unbroadcast(db(d), b));
    });
  }

  add(a: Tensor, b: Tensor): Tensor {
    const same = (d: Tensor): Tensor => d;
    return this.#binary(this.graph.add(a, b), a, b, same, same);
  }

  sub(a: Tensor, b: Tensor): Tensor {
    const g = this.graph;
    return this.#binary(
      g.sub(a, b),
      a,
      b,
      (d) => d,
      (d) => g.unary("Neg", d),
    );
  }

  mul(a: Tensor, b: Tensor): Tensor {
    const g = this.graph;
    return this.#binary(
      g.mul(a, b),
      a,
      b,
      (d) => g.mul(d, b),
      (d) => g.mul(d, a),
    );
  }

  div(a: Tensor, b: Tensor): Tensor {
    const g = this.graph;
    const y = g.div(a, b);
    return this.#binary(
      y,
      a,
      b,
      (d) => g.div(d, b),
      (d) => g.unary("Neg", g.div(g.mul(d, y), b)),
    );
  }

  /** Batched matrix product; leading sizes broadcast. */
  matmul(a: Tensor, b: Tensor): Tensor {
    const g = this.graph;
    const flip = (x: Tensor): Tensor => {
      const perm = x.shape.map((_, i) => i);
      return g.transpose(x, [...perm.slice(0, -2), perm.length - 1, perm.length - 2]);
    };
    return this.#binary(
      g.matmul(a, b),
      a,
      b,
      (d) => g.matmul(d, flip(b)),
      (d) => g.matmul(flip(a), d),
    );
  }

  /** x·Wᵀ (+ addend) of x [n, in] and W [out, in]; the addend is [n, out] or [out]. */
  linear(x: Tensor, weight: Tensor, addend?: Tensor): Tensor {
    const g = this.graph;
    const y = g.gemm(x, weight, { transB: true, addend });
    return this.record(y, addend ? [x, weight, addend] : [x, weight], (d, into) => {
      if (addend && into.wants(addend)) into.add(addend, this.#unbroadcast(d, addend));
      if (into.wants(weight)) into.replace(weight, g.gemm(d, x, { transA: true, addend: into.pending(weight) }));
      if (into.wants(x)) into.replace(x, g.gemm(d, weight, { addend: into.pending(x) }));
    });
  }

  /** Element-wise "Neg", "Exp", "Log", "Sqrt", "Reciprocal" or "Sigmoid". */
  unary(op: "Neg" | "Exp" | "Log" | "Sqrt" | "Reciprocal" | "Sigmoid", x: Tensor): Tensor {
    const y = this.graph.unary(op, x);
    return this.record(y, [x], (d, into) => into.add(x, UNARY[op](this.graph, d, x, y)));
  }

  /** x·σ(x). */
  silu(x: Tensor): Tensor {
    return this.mul(x, this.unary("Sigmoid", x));
  }

  /** Over the last axis. */
  softmax(x: Tensor): Tensor {
    const g = this.graph;
    const p = g.softmax(x);
    const last = [x.shape.length - 1];
    return this.record(p, [x], (d, into) => {
      const dp = g.mul(d, p);
      into.add(x, g.sub(dp, g.mul(p, g.reduce("ReduceSum", dp, last))));
    });
  }

  /** log softmax over the last axis, without the logarithm of a vanished probability. */
  logSoftmax(x: Tensor): Tensor {
    const g = this.graph;
    const last = [x.shape.length - 1];
    const p = g.softmax(x);
    return this.record(g.sub(x, logSumExp(g, x, p)), [x], (d, into) =>
      into.add(x, g.sub(d, g.mul(p, g.reduce("ReduceSum", d, last)))),
    );
  }

  sum(x: Tensor, axes: readonly number[], keep = true): Tensor {
    return this.#reduction("ReduceSum", x, axes, keep, 1);
  }

  mean(x: Tensor, axes: readonly number[], keep = true): Tensor {
    return this.#reduction("ReduceMean", x, axes, keep, 1 / sizeOf(axes.map((axis) => x.shape[axis])));
  }

  #reduction(
    op: "ReduceSum" | "ReduceMean",
    x: Tensor,
    axes: readonly number[],
    keep: boolean,
    factor: number,
  ): Tensor {
    const g = this.graph;
    const kept = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
    return this.record(g.reduce(op, x, axes, keep), [x], (d, into) => {
      const wide = g.op("Expand", [g.reshape(g.scale(d, factor), kept), g.ints(x.shape.map(Number))], x.shape);
      into.add(x, wide);
    });
  }

  reshape(x: Tensor, shape: Shape): Tensor {
    return this.record(this.graph.reshape(x, shape), [x], (d, into) => into.add(x, this.graph.reshape(d, x.shape)));
  }

  transpose(x: Tensor, perm: readonly number[]): Tensor {
    const inverse = perm.map((_, i) => perm.indexOf(i));
    return this.record(this.graph.transpose(x, perm), [x], (d, into) => into.add(x, this.graph.transpose(d, inverse)));
  }

  concat(tensors: readonly Tensor[], axis: number): Tensor {
    return this.record(this.graph.concat(tensors, axis), tensors, (d, into) => {
      let start = 0;
      for (const x of tensors) {
        const end = start + Number(x.shape[axis]);
        if (into.wants(x)) into.add(x, tensors.length === 1 ? d : this.graph.slice(d, axis, start, end));
        start = end;
      }
    });
  }

  /** Elements start … end−1 along an axis, 0 ≤ start < end. */
  slice(x: Tensor, axis: number, start: number, end: number): Tensor {
    const g = this.graph;
    const zeros = (count: number): Tensor[] => {
      const shape = x.shape.map((dim, i) => (i === axis ? count : dim));
      return count === 0 ? [] : [g.constant(new Float32Array(sizeOf(shape)), shape)];
    };
    return this.record(g.slice(x, axis, start, end), [x], (d, into) =>
      into.add(x, g.concat([...zeros(start), d, ...zeros(Number(x.shape[axis]) - end)], axis)),
    );
  }

  /** Rows of a table [V, D] by ids [n]. The gradient is a product with the one-hot matrix, which every provider has. */
  embedding(table: Tensor, ids: Tensor): Tensor {
    const g = this.graph;
    return this.record(g.gather(table, ids), [table], (d, into) => {
      const hot = oneHot(g, ids, Number(table.shape[0]));
      into.replace(table, g.gemm(hot, d, { transA: true, addend: into.pending(table) }));
    });
  }

  /** a where the condition holds, else b; no gradient passes to the condition. */
  where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
    const g = this.graph;
    const zero = g.scalar(0);
    return this.#binary(
      g.where(condition, a, b),
      a,
      b,
      (d) => g.where(condition, d, zero),
      (d) => g.where(condition, zero, d),
    );
  }
}

/** ids [n] → [n, classes] of 0 and 1. */
export function oneHot(g: Graph, ids: Tensor, classes: number): Tensor {
  const range = g.constant(
    Array.from({ length: classes }, (_, i) => i),
    [1, classes],
    ids.dtype,
  );
  return g.cast(g.equal(g.reshape(ids, [ids.shape[0], 1]), range), "float32");
}

/** log Σ exp over the last axis, kept with size 1, from x and p = softmax(x): max x − log max p. */
export function logSumExp(g: Graph, x: Tensor, p: Tensor): Tensor {
  const last = [x.shape.length - 1];
  return g.sub(g.reduce("ReduceMax", x, last), g.unary("Log", g.reduce("ReduceMax", p, last)));
}
