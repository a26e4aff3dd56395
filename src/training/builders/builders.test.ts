import { describe, expect, it } from "vitest";
import { noCost, type Call } from "../../core/call.ts";
import type { Builder, Generator } from "../../core/contracts.ts";
import type { Group } from "../../core/group.ts";
import type { Judgement } from "../../core/judgement.ts";
import type { Tokenizer } from "../../core/model.ts";
import { random } from "../../core/random.ts";
import type { Solution } from "../../core/solution.ts";
import { ask, type Task } from "../../core/task.ts";
import { scripted } from "../../engine/scripted.ts";
import { tabular } from "../../engine/tabular.ts";
import { wordTokenizer } from "../../engine/words.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import addition from "../../task-creator/families/addition.ts";
import countdown from "../../task-creator/families/countdown.ts";
import play from "./play.ts";
import { replyRow, weighted } from "./rows.ts";
import rlRows from "./rl-rows.ts";
import sftRows from "./sft-rows.ts";

const family = countdown.create(countdown.options.parse({}));
const model = tabular({ words: family.words });
const tokenizer = model.tokenizer;
const calls = memoryCalls();
const c = makeContext({
  models: { reasoner: model },
  families: new Map([["countdown", family]]),
  calls,
  seed: "builders",
});
const task = family.generate(random("task"), { difficulty: 3, split: "train" });

/** A recorded attempt at a task; `prompt` is what was asked for. */
function attempt(id: string, text: string, asked: Task = task): Solution {
  const prompt = tokenizer.encode(family.prompt(ask(asked), "short"));
  const output = tokenizer.encode(text);
  const logprobs = Float32Array.from(output, (_, i) => -(i + 1) / 8);
  const call: Call = {
    id: `call-${id}`,
    role: "reasoner",
    model: "m@1",
    prompt,
    output,
    text,
    logprobs,
    request: null,
    seed: "",
    cost: noCost,
  };
  calls.putCall(call);
  return { id, taskId: asked.id, text, steps: [], by: [call.id], cost: noCost };
}
const judged = (of: string, score: number | null, by = "gt-match"): Judgement => ({
  of,
  by,
  level: "outcome",
  score,
  calls: [],
});
const group = (
  solutions: readonly Solution[],
  judgements: readonly Judgement[],
  extra: Partial<Group> = {},
): Group => ({
  task,
  solutions,
  judgements,
  trees: [],
  episodes: [],
  ...extra,
});
const right = family.solve(task, random("solve")) ?? "";
const wrong = (seed: number): string => family.play(ask(task), random(seed), "short") ?? "";
const rowsOfSft = (build: Builder, groups: readonly Group[]) =>
  build(groups, c).flatMap((datum) => (datum.kind === "sft" ? [datum] : []));
const sft = (o: object = {}): Builder => sftRows.create(sftRows.options.parse(o));

describe("sft-rows", () => {
  it("takes what the judge accepts, with the tokens that were sampled after the prompt that was asked", () => {
    const rows = rowsOfSft(sft(), [
      group([attempt("a", right), attempt("b", wrong(1))], [judged("a", 1), judged("b", 0)]),
    ]);
    expect(rows.map(({ by, source, weight }) => [by, source, weight])).toEqual([[["call-a"], "solved", 1]]);
    const call = c.call("call-a");
    expect(rows[0].row).toEqual({ ids: [...call.prompt, ...call.output], from: call.prompt.length });
  });

  it("encodes anew what stands under another task now, and keeps the stream of its group", () => {
    const solution = attempt("c", right);
    const other = { ...task, id: "other", text: task.text.replace(/\d+$/, "99") };
    const [row] = rowsOfSft(sft(), [group([solution], [judged("c", 1)], { task: other, source: "hindsight" })]);
    expect(tokenizer.decode(row.row.ids.slice(0, row.row.from))).toBe(family.prompt(ask(other), "short"));
    expect(tokenizer.decode(row.row.ids.slice(row.row.from))).toBe(right);
    expect([row.source, row.taskId]).toEqual(["hindsight", "other"]);
  });

  it("caps distinct texts a task, best first, and spares easy tasks", () => {
    const texts = [right, right, wrong(1), wrong(2), wrong(3), wrong(4)];
    const solutions = texts.map((text, i) => attempt(`s${i}`, text));
    const all = solutions.map(({ id }) => judged(id, 1));
    const taken = (o: object, judgements = all) =>
      rowsOfSft(sft(o), [group(solutions, judgements)]).map(({ by }) => by[0]);
    expect(taken({ cap: 3 })).toEqual(["call-s0", "call-s2", "call-s3"]);
    expect(taken({ cap: 5, spare: 0.8 })).toEqual(["call-s0"]);
    expect(
      taken(
        { cap: 4, spare: 0.8 },
        solutions.map(({ id }, i) => judged(id, Number(i > 2))),
      ).length,
    ).toBe(3);
  });

  it("makes a row for each way to put the question, where asked to, with the reply that was given", () => {
    const sums = addition.create(addition.options.parse({}));
    const words = wordTokenizer(sums.words);
    const put = sums.generate(random("equivalents"), { difficulty: 3, split: "train" });
    const reply = sums.solve(put, random("")) ?? "";
    const context = makeContext({
      models: { reasoner: tabular({ words: sums.words }) },
      families: new Map([[sums.id, sums]]),
      calls: memoryCalls(),
      seed: "builders",
    });
    const one: Group = {
      task: put,
      solutions: [{ id: "s", taskId: put.id, text: reply, steps: [], by: [], cost: noCost }],
      judgements: [judged("s", 1)],
      trees: [],
      episodes: [],
    };
    const texts = (o: object) =>
      sft(o)([one], context).flatMap((datum) => (datum.kind === "sft" ? [words.decode(datum.row.ids)] : []));
    const [a, b] = put.text.split(" + ");
    expect(texts({})).toEqual([`<solve> ${a} + ${b} = ${reply}`]);
    expect(texts({ equivalents: true })).toEqual([`<solve> ${a} + ${b} = ${reply}`, `<solve> ${b} + ${a} = ${reply}`]);
    expect(new Set(sft({ equivalents: true })([one], context).map(({ id }) => id)).size).toBe(2);
  });

  it("weighs the free choices of every step and nothing else", () => {
    const [row] = rowsOfSft(sft({ before: 0.25 }), [group([attempt("w", right)], [judged("w", 1)])]);
    const weights = row.row.ids
      .slice(row.row.from)
      .map((id, t) => [tokenizer.decode([id]), row.row.mask?.[row.row.from + t]]);
    // "a op b = c ," twice: three choices, then the sign, the result and the delimiter.
    expect(weights.map(([, weight]) => weight)).toEqual([0.25, 0.25, 0.25, 1, 1, 1, 0.25, 0.25, 0.25, 1, 1, 1]);
    expect(weights[3][0]).toBe("=");
  });

  it("finds the steps by characters where tokens are no words", () => {
    const pieces: Tokenizer = {
      size: 128,
      id: () => undefined,
      encode: (text) => Array.from(text, (character) => character.charCodeAt(0)),
      decode: (ids) => String.fromCharCode(...ids),
    };
    const r = weighted(replyRow("q", right, pieces), family, ask(task), right, "short", pieces, {
      after: "=",
      before: 0,
    });
    const weighs = Array.from(right, (character, i) =>
      /\s/.test(character) ? "" : [character, r.mask?.[1 + i]].join(":"),
    );
    const wanted = right.split(/(?<=[,;]) ?/).flatMap((step) => {
      const sign = step.indexOf("=");
      return Array.from(step, (character, i) => (character === " " ? "" : `${character}:${i < sign ? 0 : 1}`));
    });
    expect(weighs.filter(Boolean)).toEqual(wanted.filter(Boolean));
  });

  it("listens to the judge it is told to, and not to solutions with an error", () => {
    const solutions = [
      attempt("x", right),
      { ...attempt("y", wrong(5)), error: { where: "parse", message: "" } as const },
    ];
    const both = [judged("x", 1), judged("x", 0, "format-reward"), judged("y", 1)];
    expect(rowsOfSft(sft(), [group(solutions, both)])).toEqual([]);
    expect(rowsOfSft(sft({ judge: "gt-match" }), [group(solutions, both)]).length).toBe(1);
  });

  it("refuses a model without a tokenizer of ours", () => {
    const bare = makeContext({
      models: { reasoner: scripted([]) },
      families: new Map([["countdown", family]]),
      calls,
      seed: "x",
    });
    const without = { ...bare.model("reasoner"), tokenizer: undefined };
    expect(() => sft()([], { ...bare, model: () => without })).toThrow(/tokenizer/u);
  });
});

describe("rl-rows", () => {
  const build = (o: object = {}) => rlRows.create(rlRows.options.parse(o));

  it("makes a rollout of every finished attempt, with π_old where it was recorded", () => {
    const cut = { ...attempt("cut", right), error: { where: "abort", message: "" } as const };
    const solutions = [attempt("r", right), attempt("q", wrong(6)), cut];
    const judgements = solutions.flatMap(({ id }) => [judged(id, Number(id === "r")), judged(id, 1, "format-reward")]);
    const data = build({ rewards: { "gt-match": 1, "format-reward": 0.5 } })([group(solutions, judgements)], c);
    expect(data.map((datum) => datum.kind === "rl" && [datum.reward, datum.group])).toEqual([
      [1.5, task.id],
      [0.5, task.id],
    ]);
    const [first] = data;
    const segment = first.kind === "rl" ? first.segments[0] : undefined;
    const { prompt, logprobs } = c.call("call-r");
    expect(segment?.old).toEqual([...prompt.map(() => 0), ...(logprobs ?? [])]);
    expect(segment?.from).toBe(prompt.length);
  });

  it("makes a segment of every call of an attempt", () => {
    const one = attempt("one", right);
    const two = attempt("two", wrong(7));
    const [rl] = build()([group([{ ...one, by: [...one.by, ...two.by] }], [judged("one", 1)])], c);
    expect(rl.kind === "rl" && rl.segments.length).toBe(2);
  });

  it("counts an undecided judge 0 and refuses one that never spoke", () => {
    const solution = attempt("u", right);
    const [rl] = build()([group([solution], [judged("u", null)])], c);
    expect(rl.kind === "rl" && rl.reward).toBe(0);
    expect(() => build()([group([solution], [])], c)).toThrow(/gt-match/u);
  });
});

describe("play", () => {
  const generate = (o: object): Generator =>
    play.create(play.options.parse({ family: "countdown", difficulty: [3, 4], ...o }));
  const draw = (o: object, n: number) => {
    const r = random("play");
    return Array.from({ length: n }, () => generate(o)(r, c)).flatMap((datum) =>
      datum?.kind === "sft" ? [datum] : [],
    );
  };
  const correct = (ids: readonly number[], from: number): boolean => {
    const text = tokenizer.decode(ids.slice(0, from)).replace("<solve> ", "").replace(" :", "");
    const question = family.question(text);
    return family.check?.(question, tokenizer.decode(ids.slice(from))) ?? false;
  };

  it("answers its relabelled question, and its own only by chance", () => {
    const relabelled = draw({}, 60);
    expect(relabelled.length).toBeGreaterThan(10);
    expect(relabelled.every(({ row }) => correct(row.ids, row.from))).toBe(true);
    const plain = draw({ relabel: false, before: 0 }, 60);
    expect(plain.length).toBe(60);
    expect(plain.filter(({ row }) => correct(row.ids, row.from)).length).toBeLessThan(20);
    for (const { row } of plain) {
      expect(row.mask?.[row.from]).toBe(0);
      expect(row.mask?.at(-1)).toBe(1);
    }
  });

  it("gives the hint that the derivation follows to the share of questions asked for", () => {
    const rows = draw({ relabel: false, hinted: 0.5, difficulty: 3 }, 60).map(({ row }) => tokenizer.decode(row.ids));
    const hinted = rows.flatMap((text) => / <hint> (.*) : .* , (.*) = \d+ ;$/u.exec(text)?.slice(1, 3) ?? []);
    expect(hinted.length / 2).toBe(rows.filter((text) => text.includes("<hint>")).length);
    expect(hinted.length / 2).toBeGreaterThan(20);
    expect(hinted.length / 2).toBeLessThan(40);
    expect(hinted.filter((_, i) => i % 2 === 0)).toEqual(hinted.filter((_, i) => i % 2 === 1));
    expect(draw({ relabel: false }, 60).some(({ row }) => tokenizer.decode(row.ids).includes("<hint>"))).toBe(false);
  });

  it("makes chains that end in what they reach, or are right by chance only", () => {
    const verdicts = (relabel: boolean) =>
      draw({ relabel, form: "long", tries: 4, difficulty: 3 }, 60).map(({ row }) => {
        const asked = tokenizer.decode(row.ids.slice(0, row.from)).replace("<chain> ", "").replace(" :", "");
        const drawn = family.propose(`${asked} ;`, "train");
        return drawn && family.verify(drawn, tokenizer.decode(row.ids.slice(row.from)), "long");
      });
    const reached = verdicts(true);
    expect(reached.length).toBeGreaterThan(10);
    expect(reached.every((verdict) => verdict?.correct)).toBe(true);
    expect(new Set(reached.map((verdict) => verdict?.attempts))).toEqual(new Set([1, 2, 3, 4]));
    const plain = verdicts(false);
    expect(plain.every((verdict) => verdict?.wellFormed)).toBe(true);
    expect(plain.filter((verdict) => verdict?.correct).length).toBeLessThan(30);
  });

  it("is a function of the random source and covers the difficulties", () => {
    expect(draw({}, 20)).toEqual(draw({}, 20));
    expect(new Set(draw({ relabel: false }, 40).map(({ row }) => row.from)).size).toBe(2);
  });
});
