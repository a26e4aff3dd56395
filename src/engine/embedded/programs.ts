/**
 * The ONNX graphs of learning, one for each task and (batch, length) bucket. Inputs and outputs are named by the constants
 * here; parameters travel as two flat vectors (see `layout`), so that the optimiser is a handful of operators and not a
 * handful for each parameter.
 */
import type { Output } from "../../core/model.ts";
import { Tape } from "./autodiff.ts";
import { parameterShapes } from "./config.ts";
import type { DecoderConfig } from "./config.ts";
import { dropoutSites, headValues, hiddenStates, nextTokenLogits } from "./decoder.ts";
import type { Parameters } from "./decoder.ts";
import { Graph, sizeOf } from "./graph.ts";
import type { Tensor } from "./graph.ts";
import { entropy, klDivergence, prediction, targetLogprob } from "./layers.ts";
import type { Prediction } from "./layers.ts";

/** What a program can compute a token. klTo:NAME is the divergence from the logits it is fed as `reference.NAME`. */
export type Statistic = Output | "logits";

export interface Bucket {
  readonly batch: number;
  readonly length: number;
}

/** A run of the flat vectors: where each parameter lies. Matrices decay, vectors (norm scales and biases) do not. */
export const SEGMENTS = ["matrices", "vectors"] as const;
export type Segment = (typeof SEGMENTS)[number];
export interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly segment: Segment;
  readonly start: number;
  readonly size: number;
}
export interface Layout {
  readonly places: readonly Place[];
  readonly sizes: Readonly<Record<Segment, number>>;
}

export function layout(config: DecoderConfig): Layout {
  const sizes = { matrices: 0, vectors: 0 };
  const places = Object.entries(parameterShapes(config)).map(([name, shape]) => {
    const segment: Segment = shape.length > 1 ? "matrices" : "vectors";
    const place = { name, shape, segment, start: sizes[segment], size: sizeOf(shape) };
    sizes[segment] += place.size;
    return place;
  });
  return { places, sizes };
}

const split = (statistic: Statistic): [kind: string, name: string] => {
  const colon = statistic.indexOf(":");
  return colon < 0 ? [statistic, ""] : [statistic.slice(0, colon), statistic.slice(colon + 1)];
};
export const headOf = (statistic: Statistic): string | undefined => {
  const [kind, name] = split(statistic);
  return kind === "head" ? name : undefined;
};
export const referenceOf = (statistic: Statistic): string | undefined => {
  const [kind, name] = split(statistic);
  return kind === "klTo" ? name : undefined;
};

/** Numbers a token. */
export function classesOf(config: DecoderConfig, statistic: Statistic): number {
  const head = headOf(statistic);
  return statistic === "logits" ? config.vocab : head === undefined ? 1 : config.outputHeads[head];
}

/** Memory of a pass over a bucket, roughly (within a factor of two of what was measured). */
export function passBytes(config: DecoderConfig, { batch, length }: Bucket, backward: boolean): number {
  const layer = 16 * config.width + 9 * config.hidden + 3 * config.heads * length;
  const numbers = batch * length * (config.layers * layer + 3 * config.vocab);
  return (4 * numbers) / (backward ? 1 : 2 * config.layers);
}

function parameterInputs(
  g: Graph,
  { places, sizes }: Layout,
): { parameters: Parameters; flat: Record<Segment, Tensor> } {
  const flat = {
    matrices: g.input("weights.matrices", [sizes.matrices]),
    vectors: g.input("weights.vectors", [sizes.vectors]),
  };
  const parameters = Object.fromEntries(
    places.map(({ name, shape, segment, start, size }) => [
      name,
      g.reshape(g.slice(flat[segment], 0, start, start + size), shape),
    ]),
  );
  return { parameters, flat };
}

interface Pass {
  readonly tape: Tape;
  readonly parameters: Parameters;
  readonly flat: Record<Segment, Tensor>;
  readonly statistics: ReadonlyMap<Statistic, Tensor>;
}

function forwardPass(
  g: Graph,
  config: DecoderConfig,
  bucket: Bucket,
  wanted: readonly Statistic[],
  drop: boolean,
): Pass {
  const tape = new Tape(g);
  const n = bucket.batch * bucket.length;
  const { parameters, flat } = parameterInputs(g, layout(config));
  const hidden = hiddenStates(tape, config, parameters, {
    ...bucket,
    ids: g.input("ids", [n], "int32"),
    positions: config.positions === "none" ? undefined : g.input("positions", [n], "int32"),
    masks: drop
      ? Array.from({ length: dropoutSites(config) }, (_, site) => g.input(`mask.${site}`, [n, config.width]))
      : undefined,
  });
  let shared: Prediction | undefined;
  const next = (): Prediction => (shared ??= prediction(tape, nextTokenLogits(tape, parameters, hidden)));
  const value = (statistic: Statistic): Tensor => {
    if (statistic === "logits") return next().logits;
    if (statistic === "logprob") return targetLogprob(tape, next(), g.input("targets", [n], "int32"));
    if (statistic === "entropy") return entropy(tape, next());
    const [kind, name] = split(statistic);
    if (kind === "klTo") return klDivergence(tape, next(), g.input(`reference.${name}`, [n, config.vocab]));
    return headValues(tape, parameters, name, hidden);
  };
  return { tape, parameters, flat, statistics: new Map(wanted.map((statistic) => [statistic, value(statistic)])) };
}

/** Gradients of Σ seed·statistic, flat, with the seeds as inputs `seed.STATISTIC` [tokens, classes]. */
function backwardPass(g: Graph, config: DecoderConfig, pass: Pass): Record<Segment, Tensor> {
  const seeds = new Map([...pass.statistics].map(([name, value]) => [value, g.input(`seed.${name}`, value.shape)]));
  const { places } = layout(config);
  const gradients = pass.tape.gradients(
    seeds,
    places.map(({ name }) => pass.parameters[name]),
  );
  const join = (segment: Segment): Tensor =>
    g.concat(
      places.flatMap((place, i) => (place.segment === segment ? [g.reshape(gradients[i], [place.size])] : [])),
      0,
    );
  return { matrices: join("matrices"), vectors: join("vectors") };
}

/**
 * AdamW with decoupled decay (Loshchilov & Hutter 2019) after clipping by the global norm. Scalars arrive as inputs, bias
 * corrections folded in: stepSize = lr·√(1−β₂ᵗ)/(1−β₁ᵗ), epsilon = eps·√(1−β₂ᵗ), keep = 1 − lr·decay.
 */
function optimiser(g: Graph, flat: Record<Segment, Tensor>, gradients: Record<Segment, Tensor>): void {
  const scalar = (name: string): Tensor => g.input(name, []);
  const squares = SEGMENTS.map((segment) => g.reduce("ReduceSumSquare", gradients[segment], [0], false));
  const norm = g.unary("Sqrt", g.add(squares[0], squares[1]));
  g.output(norm, "gradNorm");
  const shrink = g.min(g.scalar(1), g.div(scalar("clip"), g.add(norm, g.scalar(1e-6))));
  const [beta1, beta2] = [scalar("beta1"), scalar("beta2")];
  const fresh1 = g.mul(g.sub(g.scalar(1), beta1), shrink);
  const fresh2 = g.mul(g.sub(g.scalar(1), beta2), g.mul(shrink, shrink));
  const [stepSize, epsilon, keep] = [scalar("stepSize"), scalar("epsilon"), scalar("keep")];
  for (const segment of SEGMENTS) {
    const gradient = gradients[segment];
    const m = g.add(g.mul(g.input(`m.${segment}`, gradient.shape), beta1), g.mul(gradient, fresh1));
    const v = g.add(g.mul(g.input(`v.${segment}`, gradient.shape), beta2), g.mul(g.mul(gradient, gradient), fresh2));
    const update = g.div(g.mul(m, stepSize), g.add(g.unary("Sqrt", v), epsilon));
    const kept = segment === "matrices" ? g.mul(flat[segment], keep) : flat[segment];
    g.output(g.sub(kept, update), `next.weights.${segment}`);
    g.output(m, `next.m.${segment}`);
    g.output(v, `next.v.${segment}`);
  }
}

/** Statistics of every token; outputs are named like them, each [tokens, classes]. */
export function forwardProgram(
  config: DecoderConfig,
  bucket: Bucket,
  wanted: readonly Statistic[],
  drop: boolean,
): Uint8Array {
  const g = new Graph();
  for (const [name, value] of forwardPass(g, config, bucket, wanted, drop).statistics) g.output(value, name);
  return g.build();
}

/** Gradients of all parameters as `gradient.SEGMENT`. */
export function backwardProgram(
  config: DecoderConfig,
  bucket: Bucket,
  seeded: readonly Statistic[],
  drop: boolean,
): Uint8Array {
  const g = new Graph();
  const gradients = backwardPass(g, config, forwardPass(g, config, bucket, seeded, drop));
  for (const segment of SEGMENTS) g.output(gradients[segment], `gradient.${segment}`);
  return g.build();
}

/** Forward, backward, clipping and AdamW in one graph. */
export function trainProgram(
  config: DecoderConfig,
  bucket: Bucket,
  seeded: readonly Statistic[],
  drop: boolean,
): Uint8Array {
  const g = new Graph();
  const pass = forwardPass(g, config, bucket, seeded, drop);
  optimiser(g, pass.flat, backwardPass(g, config, pass));
  return g.build();
}

/** Clipping and AdamW on gradients that were accumulated outside. */
export function optimiserProgram(config: DecoderConfig): Uint8Array {
  const g = new Graph();
  const { sizes } = layout(config);
  const { flat } = parameterInputs(g, { places: [], sizes });
  optimiser(g, flat, {
    matrices: g.input("gradient.matrices", [sizes.matrices]),
    vectors: g.input("gradient.vectors", [sizes.vectors]),
  });
  return g.build();
}
