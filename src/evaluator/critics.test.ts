import { describe, expect, it } from "vitest";
import type { Ids } from "../core/call.ts";
import type { Judgement } from "../core/judgement.ts";
import type { Model, Sequence } from "../core/model.ts";
import { scripted, type Rule } from "../engine/scripted.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import open from "../task-creator/families/open.ts";
import cloudScore from "./cloud-score.ts";
import criticRm from "./critic-rm.ts";
import { readFeedback } from "./critiques.ts";
import guards, {
  clipShape,
  deltaShape,
  ensembleMin,
  hackAlarm,
  lengthPenalty,
  repetition,
} from "./reward-hack-guards.ts";
import selfCritique from "./self-critique.ts";
import { chat, groupOf } from "./testing.ts";
import token3class from "./token-3class.ts";

const families = new Map([["open", open.create(open.options.parse({}))]]);
const contextOf = (evaluator: Model) =>
  makeContext({ models: { evaluator }, families, calls: memoryCalls(), seed: "critics" });
const good = "Location: none\nCause: none\nFix: none\nVerdict: correct";
const bad = "Location: step 2\nCause: 7 + 1 is 8\nFix: 7 + 1 = 8\nVerdict: incorrect";

describe("self-critique", () => {
  it("tells location, cause, fix and verdict", async () => {
    expect(readFeedback(bad)).toEqual({ correct: false, step: 2, cause: "7 + 1 is 8", fix: "7 + 1 = 8" });
    expect(readFeedback(`**Verdict:** Correct.`)).toEqual({ correct: true });
    expect(readFeedback("it is correct")).toBeUndefined();
    const { model } = chat([{ match: /(?:)/u, replies: [bad, good, "hm"] }]);
    const group = groupOf("Why?", [{ text: "a" }, { text: "b" }, { text: "c" }]);
    const judgements = await selfCritique.create(selfCritique.options.parse({}))(group, contextOf(model));
    expect(judgements.map(({ score, firstError }) => [score, firstError])).toEqual([
      [0, 2],
      [1, 0],
      [null, undefined],
    ]);
    expect(judgements[0].critique).toContain("7 + 1 is 8");
  });
});

describe("cloud-score", () => {
  /** Writes scripted critiques; its head says 1 after "poor" and 3 after "fine". */
  function critic(): { readonly model: Model; readonly read: Ids[] } {
    const script = scripted([{ match: /critically/u, replies: ["it is poor", "it is fine"] }]);
    const read: Ids[] = [];
    const last = (ids: Ids): string => script.tokenizer.decode(ids.slice(-1));
    const model = {
      name: "cloud",
      version: "cloud@1",
      can: { ...script.can, outputs: ["head:reward" as const] },
      tokenizer: script.tokenizer,
      sample: script.sample.bind(script),
      forward: (batch: readonly Sequence[]) => {
        read.push(...batch.map(({ ids }) => ids));
        const values = batch.map(({ ids }) => new Float32Array(ids.length).fill(last(ids) === "fine" ? 3 : 1));
        return Promise.resolve({ "head:reward": values });
      },
    };
    return { model, read };
  }

  it("reads the head after the critique: rewards 1 and 3 → 2", async () => {
    const { model, read } = critic();
    const evaluate = cloudScore.create(cloudScore.options.parse({ m: 2, critiques: "words", maxTokens: 20 }));
    const [found] = await evaluate(groupOf("Why?", [{ text: "so there" }]), contextOf(model));
    expect(found).toMatchObject({ score: 2, critique: "it is poor" });
    const texts = read.map((ids) => model.tokenizer?.decode(ids) ?? "");
    expect(texts).toHaveLength(2);
    expect(texts[0]).toMatch(/Why\? Solution: so there .* it is poor$/u);
    expect(texts[1]).toMatch(/it is fine$/u);
  });

  it("refuses a model without the head", async () => {
    const evaluate = cloudScore.create(cloudScore.options.parse({ critiques: "words", maxTokens: 20 }));
    const script = scripted([{ match: /(?:)/u, replies: ["so"] }]);
    await expect(evaluate(groupOf("Why?", [{ text: "a" }]), contextOf(script))).rejects.toThrow(/head "reward"/u);
  });
});

describe("critic-rm", () => {
  const tables: Rule[] = [
    { match: /step 2/u, next: { Yes: 0.2, No: 0.6 } },
    { match: /Verdict: correct Taking/u, next: { Yes: 0.9, No: 0.1 } },
    { match: /four lines/u, replies: [good, bad, "no verdict", bad] },
  ];
  const label = (score: number): Judgement => ({ of: "s0", by: "gt", level: "outcome", score, calls: [] });

  it("averages P(yes) with each critique that has a verdict, or that agrees with the label", async () => {
    const given = (judgements: readonly Judgement[]) => groupOf("Why?", [{ text: "a" }], { judgements });
    const make = (o: object) => criticRm.create(criticRm.options.parse(o));
    const [all] = await make({})(given([]), contextOf(scripted(tables)));
    expect(all.score).toBeCloseTo((0.9 + 0.25 + 0.25) / 3, 6);
    const [right] = await make({ label: "gt" })(given([label(1)]), contextOf(scripted(tables)));
    expect(right.score).toBeCloseTo(0.9, 6);
    const [wrong] = await make({ label: "gt" })(given([label(0)]), contextOf(scripted(tables)));
    expect(wrong.score).toBeCloseTo(0.25, 6);
    expect(wrong.critique).toContain("step 2");
  });
});

describe("token-3class", () => {
  it("maps (−.5, −.1, 0, .1, .4) to (−1, 0, 0, 0, 1)", async () => {
    const perToken = Float32Array.from([-0.5, -0.1, 0, 0.1, 0.4]);
    const judgement = { of: "s0", by: "implicit-reward", level: "token", score: 0, perToken, calls: [] } as const;
    const group = groupOf("q", [{}, {}], { judgements: [judgement] });
    const evaluate = token3class.create(token3class.options.parse({}));
    const [found, missing] = await evaluate(group, contextOf(scripted([])));
    expect([...(found.perToken ?? [])]).toEqual([-1, 0, 0, 0, 1]);
    expect(found.score).toBe(0);
    expect(missing.score).toBe(null);
    expect(token3class.options.safeParse({ lo: 1, hi: 1 }).success).toBe(false);
  });
});

describe("reward-hack-guards", () => {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

  it("delta shape of (.9, .5, .8): (.4, −.3, .8), or (.4, .5, 0) without the last; sums .9", () => {
    const near = (values: readonly number[]) => values.map((value) => Number(value.toFixed(12)));
    expect(near(deltaShape([0.9, 0.5, 0.8]))).toEqual([0.4, -0.3, 0.8]);
    expect(near(deltaShape([0.9, 0.5, 0.8], true))).toEqual([0.4, 0.5, 0]);
    expect(sum(deltaShape([0.9, 0.5, 0.8]))).toBeCloseTo(0.9, 12);
    expect(sum(deltaShape([0.9, 0.5, 0.8], true))).toBeCloseTo(0.9, 12);
    expect([deltaShape([]), deltaShape([], true), deltaShape([0.7], true)]).toEqual([[], [], [0]]);
  });

  it("more steps never raise a clipped return", () => {
    for (const eta of [0, 0.3, 1]) {
      for (let k = 0; k < 6; k++) {
        const more = [0.9, 0.5, 0.8, ...Array.from({ length: k }, () => 0.95)];
        const shaped = sum(clipShape(more, eta));
        expect(shaped).toBeLessThanOrEqual(sum(clipShape([0.9, 0.5, 0.8], eta)));
      }
    }
    expect(clipShape([0.9, 0.2], 0.5)).toEqual([0, -0.3]);
  });

  it("raises the alarm where the proxy rises and gold falls at every evaluation", () => {
    expect(hackAlarm([1, 2, 3], [0.5, 0.4, 0.3], 1, 3)).toBe(true);
    expect(hackAlarm([1, 2, 3], [0.5, 0.6, 0.3], 1, 3)).toBe(false);
    expect(hackAlarm([1, 2, 3], [0.5, 0.4, 0.45], 1, 3)).toBe(false);
    expect(hackAlarm([1, 1.5, 1.9], [0.5, 0.4, 0.3], 1, 3)).toBe(false);
    expect(hackAlarm([2, 3], [0.5, 0.4], 1, 3)).toBe(false);
    expect(hackAlarm([9, 1, 2, 3], [0, 0.5, 0.4, 0.3], 1, 3)).toBe(true);
  });

  it("is cautious, and charges for length and repetition", () => {
    expect(
      ensembleMin([
        [1, 0.2],
        [0.5, 0.9],
      ]),
    ).toEqual([0.5, 0.2]);
    expect(ensembleMin([])).toEqual([]);
    expect([lengthPenalty(10, 20, 0.1), lengthPenalty(25, 20, 0.1)]).toEqual([0, 0.5]);
    expect(repetition(["a", "b", "a", "b", "a"], 2)).toBe(0.5);
    expect(repetition([1], 2)).toBe(0);
    const made = guards.create(guards.options.parse({ lo: 0, delta: 1 }));
    expect([made.clip(-3), made.clip(7), made.alarm([1, 2, 3], [0.5, 0.4, 0.3])]).toEqual([0, 1, true]);
  });
});
