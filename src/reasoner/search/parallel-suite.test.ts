import type { Context } from "../../core/context.ts";
import type { Evaluator } from "../../core/contracts.ts";
import { random } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import countdown from "../../task-creator/families/countdown.ts";
import { type ContextFor, reasonerSuite } from "../suite.ts";
import { playerPolicy, PolicyModel } from "../testing.ts";
import abMcts from "./ab-mcts.ts";
import mcts from "./mcts.ts";
import mctsG from "./mcts-g.ts";
import mctsParallel from "./mcts-parallel.ts";
import particleFilter from "./particle-filter.ts";

const family = countdown.create(countdown.options.parse({}));
const task = family.generate(random("suite"), { difficulty: 3, split: "eval" });
const question = ask(task);
const policy = playerPolicy(family, task, { skill: 5, noise: 0.01 });
const evaluator: Evaluator = (group) =>
  Promise.resolve(
    group.solutions.map(({ id, text }) => {
      const score = Number(family.check?.(question, text));
      return { of: id, by: "check", level: "outcome", score, calls: [] };
    }),
  );
const bench = {
  question,
  context: ({ model, seed = "1", budget, signal }: ContextFor): Context =>
    makeContext({
      models: { reasoner: model },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed,
      budget,
      signal,
      evaluator,
    }),
  able: () => new PolicyModel(family.words, policy),
  garbage: () =>
    new PolicyModel(family.words, () => Object.fromEntries(family.words.map((word) => [word, 1])), "noise@1"),
};

/** Most tokens of one call: a reply; with n of them side by side, n times as many. */
const reply = 12;
const four = { simulations: 40, inFlight: 4 };
const parallel = (mode: string) => mctsParallel.create(mctsParallel.options.parse({ mode, simulations: 40 }));

reasonerSuite("mcts, 4 in flight", mcts.create(mcts.options.parse(four)), { ...bench, inFlight: 4 * 4 * reply });
const ducb = { score: "ducb", simulations: 40 };
reasonerSuite("mcts by ducb", mcts.create(mcts.options.parse(ducb)), { ...bench, inFlight: reply });
reasonerSuite("mcts-parallel, root", parallel("root"), { ...bench, inFlight: 4 * 4 * reply });
reasonerSuite("mcts-parallel, leaf", parallel("leaf"), { ...bench, inFlight: 4 * 4 * reply });
reasonerSuite("mcts-parallel, tree", parallel("tree"), { ...bench, inFlight: 4 * 4 * reply });
reasonerSuite("mcts-g", mctsG.create(mctsG.options.parse({})), { ...bench, inFlight: 4 * reply });
reasonerSuite("ab-mcts", abMcts.create(abMcts.options.parse({})), { ...bench, inFlight: reply });
reasonerSuite("ab-mcts, 4 in flight", abMcts.create(abMcts.options.parse({ ...four, posterior: "beta" })), {
  ...bench,
  inFlight: 4 * reply,
});
reasonerSuite("particle-filter", particleFilter.create(particleFilter.options.parse({})), {
  ...bench,
  inFlight: 8 * reply,
});
