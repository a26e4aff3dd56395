import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import type { Family } from "../core/family.ts";
import type { Model } from "../core/model.ts";
import { random } from "../core/random.ts";
import { ask } from "../core/task.ts";
import { Scripted } from "../engine/scripted.ts";
import { Tabular } from "../engine/tabular.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import bits from "../task-creator/families/bits.ts";
import countdown from "../task-creator/families/countdown.ts";
import bon from "./bon.ts";
import cot from "./cot.ts";
import equivalents from "./equivalents.ts";
import levin from "./search/levin.ts";
import mcts from "./search/mcts.ts";
import { type ContextFor, reasonerSuite } from "./suite.ts";
import { playerPolicy, PolicyModel } from "./testing.ts";

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

const contextOver = (of: Family, judge: Evaluator, { model, seed = "1", budget, signal }: ContextFor): Context =>
  makeContext({
    models: { reasoner: model },
    families: new Map([[of.id, of]]),
    calls: memoryCalls(),
    seed,
    budget,
    signal,
    evaluator: judge,
  });

const common = {
  question,
  context: (o: ContextFor): Context => contextOver(family, evaluator, o),
  able: () => new PolicyModel(family.words, policy),
  garbage: () =>
    new PolicyModel(family.words, () => Object.fromEntries(family.words.map((word) => [word, 1])), "noise@1"),
};

const steady = {
  ...common,
  able: () => new PolicyModel(family.words, playerPolicy(family, task, { skill: 1, noise: 0 })),
};
reasonerSuite("cot", cot.create(cot.options.parse({})), { ...steady, inFlight: 12 });
reasonerSuite("cot, 8 samples", cot.create(cot.options.parse({ n: 8 })), { ...common, inFlight: 8 * 12 });
reasonerSuite("cot, greedy", cot.create(cot.options.parse({ temperature: 0 })), {
  ...common,
  inFlight: 12,
  seedless: true,
});
reasonerSuite("equivalents", equivalents.create(equivalents.options.parse({})), { ...common, inFlight: 4 * 12 });
reasonerSuite("bon", bon.create(bon.options.parse({})), { ...common, inFlight: 16 * 12 });
reasonerSuite("mcts", mcts.create(mcts.options.parse({})), { ...common, inFlight: 4 * 12 });
const tokens = { granularity: "token", expand: "enumerate", simulations: 300, children: 8 };
reasonerSuite("mcts over tokens", mcts.create(mcts.options.parse(tokens)), { ...common, inFlight: 12 });
const enumerate = { expand: "enumerate", children: 3, simulations: 30 };
reasonerSuite("mcts over enumerated steps", mcts.create(mcts.options.parse(enumerate)), { ...common, inFlight: 12 });
reasonerSuite("levin", levin.create(levin.options.parse({})), { ...common, inFlight: 1, seedless: true });
const result = { stepEnd: "result", width: 4 };
reasonerSuite("levin, 4 wide", levin.create(levin.options.parse(result)), { ...common, inFlight: 4, seedless: true });

// The same contract on the exact softmax policy over BITS, and on a script.
const guessing = bits.create(bits.options.parse({}));
const secret = guessing.generate(random("suite"), { difficulty: 6, split: "train" });
const prompt = guessing.prompt(ask(secret), "short").split(" ").length;
const only = (words: readonly string[]): number[] => guessing.words.map((word) => (words.includes(word) ? 0 : -40));
const bitLogits = Object.fromEntries(
  Array.from({ length: 20 }, (_, length) => [String(length), only(length < prompt + 6 ? ["0", "1"] : [guessing.end])]),
);
const tabular = (logits: Record<string, number[]>): Model =>
  new Tabular({ words: guessing.words, end: guessing.end, contextOf: (ids) => String(ids.length), logits });
const ones: Evaluator = (group) =>
  Promise.resolve(
    group.solutions.map(({ id, answer = "" }) => {
      const score = answer.split("1").length / 7;
      return { of: id, by: "ones", level: "outcome", score, calls: [] };
    }),
  );
const bitsBench = {
  ...common,
  question: ask(secret),
  context: (o: ContextFor): Context => contextOver(guessing, ones, o),
  able: () => tabular(bitLogits),
  garbage: () => tabular({}),
};
reasonerSuite("cot on a tabular policy", cot.create(cot.options.parse({ n: 4 })), { ...bitsBench, inFlight: 4 * 7 });
reasonerSuite("mcts on a tabular policy", mcts.create(mcts.options.parse({})), { ...bitsBench, inFlight: 4 * 7 });

const replies = ["solve", "again"].map((seed) => family.solve(task, random(seed)) ?? "");
const scripted = (texts: readonly string[]): Model =>
  new Scripted([{ match: /^<solve>/, replies: texts, cycle: true }]);
const scriptBench = {
  ...common,
  able: () => scripted(replies),
  garbage: () => scripted(["oh", "; ;"]),
  seedless: true,
};
reasonerSuite("bon on a script", bon.create(bon.options.parse({ n: 2 })), { ...scriptBench, inFlight: 2 * 12 });
