import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import { random } from "../core/random.ts";
import { ask } from "../core/task.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import countdown from "../task-creator/families/countdown.ts";
import bon from "./bon.ts";
import cot from "./cot.ts";
import levin from "./search/levin.ts";
import mcts from "./search/mcts.ts";
import { type ContextFor, reasonerSuite } from "./suite.ts";
import { playerPolicy, PolicyModel } from "./testing.ts";

const family = countdown.create(countdown.options.parse({}));
const task = family.generate(random("suite"), { difficulty: 3, split: "eval" });
const question = ask(task);
const policy = playerPolicy(family, task, { skill: 20, noise: 0.05 });
const evaluator: Evaluator = (group) =>
  Promise.resolve(
    group.solutions.map(({ id, text }) => {
      const score = Number(family.check?.(question, text));
      return { of: id, by: "check", level: "outcome", score, calls: [] };
    }),
  );

const common = {
  question,
  context: ({ model, seed = "0", budget, signal }: ContextFor): Context =>
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
  garbage: () => new PolicyModel(family.words, () => Object.fromEntries(family.words.map((word) => [word, 1])), "noise@1"),
};

reasonerSuite("cot", cot.create(cot.options.parse({})), { ...common, inFlight: 12 });
reasonerSuite("cot, 8 samples", cot.create(cot.options.parse({ n: 8 })), { ...common, inFlight: 8 * 12 });
reasonerSuite("cot, greedy", cot.create(cot.options.parse({ temperature: 0 })), { ...common, inFlight: 12 });
reasonerSuite("bon", bon.create(bon.options.parse({})), { ...common, inFlight: 16 * 12 });
reasonerSuite("mcts", mcts.create(mcts.options.parse({})), { ...common, inFlight: 4 * 12 });
const tokens = { granularity: "token", expand: "enumerate", simulations: 300, children: 8 };
reasonerSuite("mcts over tokens", mcts.create(mcts.options.parse(tokens)), { ...common, inFlight: 12 });
const enumerate = { expand: "enumerate", children: 3, simulations: 30 };
reasonerSuite("mcts over enumerated steps", mcts.create(mcts.options.parse(enumerate)), { ...common, inFlight: 12 });
reasonerSuite("levin", levin.create(levin.options.parse({})), { ...common, inFlight: 1, seedless: true });
const result = { stepEnd: "result", width: 4 };
reasonerSuite("levin, 4 wide", levin.create(levin.options.parse(result)), { ...common, inFlight: 4, seedless: true });
