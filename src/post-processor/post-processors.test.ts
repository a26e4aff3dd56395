import { describe, expect, it } from "vitest";
import type { PostProcessor } from "../core/contracts.ts";
import type { Group } from "../core/group.ts";
import { random } from "../core/random.ts";
import { ask, type Task } from "../core/task.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import addition from "../task-creator/families/addition.ts";
import countdown from "../task-creator/families/countdown.ts";
import dedup from "./dedup.ts";
import filterCorrect from "./filter-correct.ts";
import filterLength, { longestNumber } from "./filter-length.ts";
import filterVote from "./filter-vote.ts";
import her, { relabelTransitions, type Transition } from "./her.ts";
import { groupOf, judgement, solution } from "./testing.ts";

const cd = countdown.create(countdown.options.parse({}));
const add = addition.create(addition.options.parse({}));
const c = makeContext({
  models: {},
  families: new Map([
    ["countdown", cd],
    ["addition", add],
  ]),
  calls: memoryCalls(),
  seed: "post",
});
const make = {
  correct: (o: object = {}) => filterCorrect.create(filterCorrect.options.parse(o)),
  vote: (o: object = {}) => filterVote.create(filterVote.options.parse(o)),
  length: (o: object = {}) => filterLength.create(filterLength.options.parse(o)),
  dedup: (o: object = {}) => dedup.create(dedup.options.parse(o)),
  her: (o: object = {}) => her.create(her.options.parse(o)),
};
const kept = async (process: PostProcessor, groups: readonly Group[]) =>
  (await process(groups, c)).groups.map((group) => group.solutions.map(({ id }) => id));

/** Groups of random play with verdicts, votes, repetitions and undecided judgements. */
function sample(seed: string, n = 12): Group[] {
  const r = random(seed);
  return Array.from({ length: n }, (_, g) => {
    const task = cd.generate(r, { difficulty: 3, split: "train" });
    const texts = Array.from(
      { length: r.int(6) },
      (_none, i) => (i % 4 === 3 ? cd.solve(task, r) : cd.play(ask(task), r, "short")) ?? "",
    );
    const solutions = texts.map((text, i) =>
      solution(`${g}.${i}`, task, text, { answer: cd.parse(ask(task), text, "short").answer }),
    );
    const judgements = solutions.flatMap(({ id, text }) => [
      judgement(id, r.int(5) === 0 ? null : Number(cd.verify(task, text, "short").correct)),
      judgement(id, r.next(), { by: "self-consistency", label: r.int(2) === 0 ? "majority" : undefined }),
    ]);
    return groupOf(task, solutions, judgements);
  });
}

const ids = (groups: readonly Group[]): string[] => groups.flatMap(({ solutions }) => solutions.map(({ id }) => id));

describe.each<[string, PostProcessor, boolean]>([
  ["filter-correct", make.correct({ judge: "gt-match" }), false],
  ["filter-vote", make.vote(), false],
  ["filter-length", make.length(), false],
  ["dedup", make.dedup(), false],
  ["her", make.her(), true],
])("%s as a post-processor", (_, process, derives) => {
  it("is idempotent, keeps order, never changes what it is given, and accounts for everything", async () => {
    const groups = sample("conformance");
    const before = JSON.stringify(groups);
    const once = await process(groups, c);
    expect(JSON.stringify(groups)).toBe(before);
    const survivors = once.groups.filter(({ source }) => source === undefined);
    const gone = new Set(once.dropped.map(({ id }) => id));
    expect(ids(survivors)).toEqual(ids(groups).filter((id) => !gone.has(id)));
    expect(ids(survivors).length + once.dropped.length).toBe(ids(groups).length);
    expect(derives ? once.groups.length : 0).toBeGreaterThan(derives ? groups.length : -1);
    expect(once.dropped.every(({ reason }) => reason !== "")).toBe(true);
    if (!derives) {
      expect(once.dropped.length).toBeGreaterThan(0);
      const twice = await process(once.groups, c);
      expect(twice.groups).toEqual(once.groups);
      expect(twice.dropped).toEqual([]);
    }
    for (const group of once.groups) {
      const present = new Set(group.solutions.map(({ id }) => id));
      expect(group.judgements.every(({ of }) => present.has(of))).toBe(true);
    }
  });
});

const task: Task = cd.generate(random("one"), { difficulty: 3, split: "train" });

describe("filter-correct", () => {
  it("keeps scores at the threshold, by the judge it is told or the last", async () => {
    const group = groupOf(
      task,
      ["a", "b", "d"].map((id) => solution(id, task, id)),
      [judgement("a", 1), judgement("b", 0.5), judgement("d", null), judgement("a", 0, { by: "later" })],
    );
    expect(await kept(make.correct({ judge: "gt-match" }), [group])).toEqual([["a"]]);
    expect(await kept(make.correct({ threshold: 0.5 }), [group])).toEqual([["b"]]);
    const none = await make.correct({ judge: "nobody" })([group], c);
    expect(none.groups).toEqual([]);
    expect(none.dropped.map(({ reason }) => reason)).toEqual(["undecided", "undecided", "undecided"]);
  });
});

describe("filter-vote", () => {
  it("keeps the majority where it is large enough", async () => {
    const votes = (share: number) =>
      [0, 1, 2].map((i) =>
        judgement(`${i}`, i < 2 ? share : 1 - share, { by: "self-consistency", label: i < 2 ? "majority" : undefined }),
      );
    const solutions = [0, 1, 2].map((i) => solution(`${i}`, task, `${i}`));
    expect(await kept(make.vote({ threshold: 0.6 }), [groupOf(task, solutions, votes(2 / 3))])).toEqual([["0", "1"]]);
    expect(await kept(make.vote({ threshold: 0.7 }), [groupOf(task, solutions, votes(2 / 3))])).toEqual([]);
  });
});

describe("filter-length", () => {
  it("measures numbers, also those written digit by digit", () => {
    expect([longestNumber("421 + 99"), longestNumber("1 2 3 + 9 8 7 5"), longestNumber("none")]).toEqual([3, 4, 0]);
  });

  it("keeps right sums of any length and drops cut or run-on answers, without the truth", async () => {
    const r = random("sums");
    for (const digits of [1, 5, 30]) {
      const sum = add.generate(r, { difficulty: digits, split: "train" });
      const blind: Task = { ...sum, secret: {} };
      const gold = sum.secret.answer ?? "";
      const answers = [gold, gold.slice(0, digits - 1), `${gold}00`, undefined];
      const group = groupOf(
        blind,
        answers.map((answer, i) => solution(`${i}`, blind, "", { answer })),
      );
      expect(await kept(make.length(), [group])).toEqual([["0"]]);
    }
  });
});

describe("dedup", () => {
  const of = (...texts: string[]) =>
    groupOf(
      task,
      texts.map((text, i) => solution(`${i}`, task, text)),
    );

  it("collapses different words with the same equations into the first", async () => {
    const group = of(
      "We get 3 * 5 = 15 and so 15 + 7 = 22 .",
      "First, 3*5=15; then 15+7=22",
      "5 * 3 = 15 , 15 + 7 = 22 ;",
    );
    expect(await kept(make.dedup(), [group])).toEqual([["0", "2"]]);
    expect(await kept(make.dedup({ equations: false }), [group])).toEqual([["0", "1", "2"]]);
  });

  it("collapses equal and similar texts, only within a task", async () => {
    const words = Array.from({ length: 60 }, (_, i) => `w${i}`).join(" ");
    const group = of(words, `${words} `, words.replace("w0 ", "x0 "), words.replaceAll("1", "one"));
    expect(await kept(make.dedup(), [group, { ...group, task: { ...task, id: "other" } }])).toEqual([
      ["0", "3"],
      ["0", "3"],
    ]);
    expect((await make.dedup()([group], c)).dropped.map(({ reason }) => reason)).toEqual([
      "same text",
      "similar wording",
    ]);
  });
});

describe("her", () => {
  it("puts failures under the task they reached, once, verified, beside the untouched originals", async () => {
    const groups = sample("hindsight", 30);
    const { groups: all } = await make.her()(groups, c);
    expect(all.slice(0, groups.length)).toEqual(groups);
    const derived = all.slice(groups.length);
    expect(derived.length).toBeGreaterThan(10);
    for (const group of derived) {
      expect(group.source).toBe("hindsight");
      for (const { id, text, taskId } of group.solutions) {
        expect(taskId).toBe(group.task.id);
        expect(cd.verify(group.task, text, "short").correct).toBe(true);
        expect(group.judgements.find(({ of, by }) => of === id && by === "gt-match")?.score).toBe(1);
      }
    }
    expect(new Set(derived.map(({ task: t }) => t.id)).size).toBe(derived.length);
    expect((await make.her()(derived, c)).groups).toEqual(derived);
  });
});

describe("relabelTransitions on BITS with goals", () => {
  const prefixes = ["", "0", "01", "011", "0110"];
  const episode = prefixes.slice(1).map((next, t): Transition<string, string, string> => ({
    state: prefixes[t],
    action: next.slice(-1),
    next,
    goal: "1111",
    reward: 0,
  }));
  const relabel = (strategy: "final" | "future" | "episode" | "random", k: number, extra: object = {}) =>
    relabelTransitions(episode, {
      strategy,
      k,
      random: random("her"),
      achieved: (s) => s,
      same: (a, b) => a === b,
      ...extra,
    });

  it("final: T copies with the last state as goal, of which only the last is rewarded", () => {
    const copies = relabel("final", 1);
    expect(copies.map(({ goal }) => goal)).toEqual(["0110", "0110", "0110", "0110"]);
    expect(copies.map(({ reward }) => reward)).toEqual([0, 0, 0, 1]);
    expect(relabel("final", 1, { miss: -1 }).map(({ reward }) => reward)).toEqual([-1, -1, -1, 0 + 1]);
  });

  it("future: T·k copies, each goal a later state of the same trajectory", () => {
    const copies = relabel("future", 4);
    expect(copies.length).toBe(16);
    copies.forEach(({ state, next, goal, reward }) => {
      expect(goal.startsWith(state) && goal.length > state.length).toBe(true);
      expect(reward).toBe(Number(goal === next));
    });
    expect(new Set(copies.map(({ goal }) => goal)).size).toBeGreaterThan(2);
  });

  it("episode: earlier states too; random: states of the pool", () => {
    expect(relabel("episode", 8).some(({ state, goal }) => goal.length <= state.length)).toBe(true);
    expect(new Set(relabel("random", 8, { pool: ["10", "11"] }).map(({ goal }) => goal))).toEqual(
      new Set(["10", "11"]),
    );
  });
});
