import { z } from "zod";
import type { Context } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { defineMethod } from "../../core/method.ts";
import type { Question } from "../../core/task.ts";
import type { Solution } from "../../core/solution.ts";
import { bestFirst } from "../solve.ts";
import { indexBy, logitSoftmax } from "./draws.ts";
import { toBe } from "./further.ts";
import { concluded, guided, guidedOptions } from "./guided.ts";
import type { Written } from "./space.ts";
import { GrowingTree } from "./tree.ts";

const options = guidedOptions.extend({
  particles: z.int().positive().default(8),
  /** Steps after which unfinished particles are given up. */
  steps: z.int().positive().default(64),
  /** Resample when the effective sample size is at most this share of the particles; 1 is at every step. */
  resampleAt: z.number().min(0).max(1).default(1),
  /** The best is the particle with the highest weight, or one drawn by weight. */
  answer: z.enum(["argmax", "sample"]).default("argmax"),
  prune: guidedOptions.shape.prune.unwrap().default(false),
  merge: guidedOptions.shape.merge.unwrap().default(false),
});
type Options = z.output<typeof options>;

interface Particle {
  readonly node: number;
  /** Score of the whole prefix, 0 for one that cannot go on. */
  readonly score: number;
  readonly done: boolean;
}

async function search(question: Question, outer: Context, o: Options): Promise<Reasoned> {
  const g = guided("particle-filter", question, outer, o, (node, cost) => tree.charge(node, cost));
  const { space } = g;
  const random = g.c.random.fork(`particle-filter/${question.id}`);
  const tree = new GrowingTree({ rootKey: space.key?.(space.root) });
  const states: Written[] = [space.root];
  const start: Particle = { node: 0, score: 0.5, done: false };
  let particles = Array.from({ length: o.particles }, () => start);

  /** One step of one particle: what is written, and its score; undefined if the search is cut short. */
  async function extend(particle: Particle, label: string, id: number) {
    const node = tree.nodes[particle.node];
    const state = states[node.id];
    const [child] = await g.expand(node, { ...state, path: `${state.path}+${label}` }, 1);
    if (child === undefined) return g.error() === undefined ? { score: 0 } : undefined;
    const score = await g.value(toBe(node, child, id), child.state, undefined, node.id);
    return score === null && g.error() !== undefined ? undefined : { child, score: score ?? 0 };
  }

  function place(particle: Particle, made: NonNullable<Awaited<ReturnType<typeof extend>>>): Particle {
    const { child, score } = made;
    if (child === undefined) return { ...particle, score, done: true };
    const { action, logprob, calls, state } = child;
    const key = space.key?.(state);
    const [id = 0] = tree.expand(particle.node, [{ action, logprob, calls, key, terminal: state.ended }], true);
    if (id === states.length) states.push(state);
    tree.setValue(id, score);
    tree.backup(id, score);
    return { node: id, score, done: state.ended };
  }

  await g.search(async () => {
    for (let step = 0; step < o.steps && !particles.every(({ done }) => done) && !g.error(); step++) {
      const made = await Promise.all(
        particles.map((particle, i) =>
          particle.done ? Promise.resolve(undefined) : extend(particle, `${step}.${i}`, step * o.particles + i + 1),
        ),
      );
      particles = particles.map((particle, i) => (made[i] ? place(particle, made[i]) : particle));
      const weights = logitSoftmax(particles.map(({ score }) => score));
      const effective = 1 / weights.reduce((sum, weight) => sum + weight ** 2, 0);
      if (g.error() || effective > o.resampleAt * o.particles + 1e-9) continue;
      particles = particles.map(() => particles[indexBy(random, weights)]);
    }
  });
  const final = logitSoftmax(particles.map(({ score }) => score));
  const chosen = o.answer === "sample" ? particles[indexBy(random, final)].node : undefined;
  const order = (solutions: readonly Solution[]): Solution[] => {
    const weights = new Map(
      particles.map(({ node, score }) => [tree.nodes[node].solution, node === chosen ? Infinity : score]),
    );
    const whole = (solution: Solution): number => (solution.error ? 0 : 1);
    return bestFirst(solutions, whole, (solution) => weights.get(solution.id) ?? -1);
  };
  return concluded("particle-filter", question, g, { tree, states }, { output: o.output, options: o, order });
}

/** Departure: terminals are scored by the Evaluator where there is one. Steps that end a particle without text weigh nothing. */
export default defineMethod({
  id: "particle-filter",
  kind: "search",
  contract: "reasoner",
  section: "L",
  about: "Particles that grow step by step and are resampled by the process reward of their prefixes.",
  source: "Puri et al. 2025",
  options,
  create: (o) => (question, c) => search(question, c, o),
});
