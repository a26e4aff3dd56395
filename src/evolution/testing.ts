/** A run so small that it takes a second: for tests of the loop. */
import type { RecipeInput } from "./recipe.ts";

const family = "addition";
const difficulty = 2;

/** A model of one layer, 16 wide. */
export const smallModel = { layers: 1, width: 16, heads: 2, hidden: 16, context: 24 };

/** Random derivations, drawn as they are trained on. */
export const plain = { id: "play", options: { family, difficulty, relabel: false } };

/** Supervised training on random derivations. */
export const practice = { objective: "sft", steps: 4, batch: 8, lr: 1e-2, generators: { plain } };

/**
 * A base phase of one round and a loop of two, which learns in both ways from addition: supervised from replies in form, and
 * by policy gradient, with a reference. `change` replaces fields.
 */
export function smoke(change: Partial<RecipeInput> & { readonly lr?: number } = {}): RecipeInput {
  const { lr = 3e-3, ...rest } = change;
  return {
    id: "smoke",
    about: "a test",
    family,
    models: { policy: smallModel },
    roles: { reasoner: "policy" },
    phases: [
      { name: "base", train: [{ ...practice, steps: 40, batch: 32 }] },
      {
        name: "loop",
        rounds: 2,
        tasks: { creator: { id: "from-family", options: { family, difficulty } }, count: 8 },
        reason: { id: "cot", options: { n: 4 } },
        judge: ["gt-match", { id: "format-reward", options: { format: "short" } }],
        build: ["sft-rows", { id: "rl-rows", options: { rewards: { "gt-match": 1, "format-reward": 0.5 } } }],
        train: [
          { objective: "sft", steps: 4, batch: 8, lr, mix: { solved: 0.7, plain: 0.3 }, generators: { plain } },
          { objective: { id: "grpo", options: {} }, batch: 16, lr: 1e-3 },
        ],
      },
    ],
    evaluation: { difficulties: [difficulty], tasks: 12, probe: 6, sampled: 6, samples: 4, k: 4 },
    ...rest,
  };
}
