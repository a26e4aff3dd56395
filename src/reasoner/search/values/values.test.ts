import { describe, expect, it } from "vitest";
import type { Role } from "../../../core/call.ts";
import type { Context } from "../../../core/context.ts";
import type { Evaluator, Guide, GuideNode } from "../../../core/contracts.ts";
import type { Model } from "../../../core/model.ts";
import { random } from "../../../core/random.ts";
import { ask, type Question } from "../../../core/task.ts";
import { scripted, type Rule } from "../../../engine/scripted.ts";
import { makeContext, memoryCalls } from "../../../evolution/context.ts";
import bits from "../../../task-creator/families/bits.ts";
import open from "../../../task-creator/families/open.ts";
import { PolicyModel } from "../../testing.ts";
import { nodeAt, Reciter } from "../testing.ts";
import vCombined, { zScores } from "./v-combined.ts";
import vConf, { confidence } from "./v-conf.ts";
import vGreedyRollout, { mixedValue } from "./v-greedy-rollout.ts";
import vJsd, { jsd } from "./v-jsd.ts";
import vLats, { latsValue, readScore } from "./v-lats.ts";
import vModel from "./v-model.ts";
import vMutual, { prefixes, survival } from "./v-mutual.ts";
import vPrm, { aggregated } from "./v-prm.ts";
import vRap, { majority, rapValue } from "./v-rap.ts";
import vRollout from "./v-rollout.ts";
import vSelfeval from "./v-selfeval.ts";

const free = open.create(open.options.parse({}));
const asked = free.question("What is 3 times 4, plus 2?");
const guessing = bits.create(bits.options.parse({}));

function contextOf(models: Partial<Record<Role, Model>>, more: { evaluator?: Evaluator; guide?: Guide } = {}): Context {
  const families = new Map([free, guessing].map((family) => [family.id, family]));
  return makeContext({ models, families, calls: memoryCalls(), seed: "1", ...more });
}

async function valueOf(guide: Guide, at: GuideNode, c: Context): Promise<number | null> {
  const [judgement, ...rest] = await guide([at], c);
  expect(rest).toEqual([]);
  expect(judgement).toMatchObject({ of: String(at.node.id), level: "step" });
  for (const call of judgement.calls) expect(c.call(call).id).toBe(call);
  return judgement.score;
}

/** A task of BITS(8) and a uniform policy; its steps are single bits. */
function bitsBench(words: readonly string[] = guessing.words, extra: Readonly<Record<string, number>> = {}) {
  const task = guessing.generate(random("values"), { difficulty: 8, split: "train" });
  const question = ask(task);
  const prompt = guessing.prompt(question, "short").split(" ").length;
  const model = new PolicyModel(words, (read) =>
    read.length - prompt < 8 ? { 0: 1, 1: 1, ...extra } : { [guessing.end]: 1 },
  );
  return { task, question, model, secret: [...(task.secret.answer ?? "")] };
}

describe("v-rollout", () => {
  it("BITS: from a right k-prefix it is 2^−(n−k), from a wrong one 0", async () => {
    const { question, model, secret } = bitsBench();
    const evaluator: Evaluator = ({ solutions }) =>
      Promise.resolve(
        solutions.map(({ id, answer }) => {
          const score = Number(answer === secret.join(""));
          return { of: id, by: "truth", level: "outcome", score, calls: [] };
        }),
      );
    const c = contextOf({ reasoner: model }, { evaluator });
    const m = 2000;
    for (const k of [5, 6, 7]) {
      const p = 2 ** (k - 8);
      const found = await valueOf(vRollout.create({ m, temperature: 1 }), nodeAt(question, secret.slice(0, k)), c);
      // Four standard errors.
      expect(Math.abs((found ?? Number.NaN) - p)).toBeLessThanOrEqual(4 * Math.sqrt((p * (1 - p)) / m));
    }
    const wrong = secret.slice(0, 6).with(2, secret[2] === "0" ? "1" : "0");
    expect(await valueOf(vRollout.create({ m: 50, temperature: 1 }), nodeAt(question, wrong), c)).toBe(0);
  });
});

describe("v-model", () => {
  /** A head that counts the ids read, on a policy that reads words. */
  function headed(question: Question, model: PolicyModel): Model & { forward: unknown } {
    const { tokenizer } = model;
    const can = { ...model.can, outputs: ["head:value", "head:prm"] as const };
    const prompt = tokenizer.encode(guessing.prompt(question, "short")).length;
    return {
      name: "headed",
      version: "headed@1",
      can,
      tokenizer,
      sample: (p, o) => model.sample(p, o),
      forward: (batch: readonly { ids: readonly number[] }[], want: readonly string[]) =>
        Promise.resolve(
          Object.fromEntries(
            want.map((name) => [name, batch.map(({ ids }) => Float32Array.from(ids, (_, i) => i + 1 - prompt))]),
          ),
        ),
    };
  }

  it("is the head's value after the last token, as it is given", async () => {
    const { question, model, secret } = bitsBench();
    const c = contextOf({ reasoner: headed(question, model) });
    const at = nodeAt(question, secret.slice(0, 3));
    const of = (gives: "logit" | "probability" | "signed") =>
      valueOf(vModel.create({ head: "value", role: "reasoner", gives }), at, c);
    expect(await of("logit")).toBeCloseTo(1 / (1 + Math.exp(-3)));
    expect(await of("signed")).toBe(1);
    expect(
      await valueOf(vModel.create({ head: "value", role: "reasoner", gives: "signed" }), nodeAt(question, []), c),
    ).toBe(0.5);
    expect(c.budget.spent.outputTokens).toBe(0);
    expect(c.budget.spent.inputTokens).toBeGreaterThan(0);
  });

  it("v-prm reads its head at the end of every step", async () => {
    const { question, model, secret } = bitsBench();
    const c = contextOf({ reasoner: model, evaluator: headed(question, model) });
    const at = nodeAt(question, secret.slice(0, 3));
    const p = [1, 2, 3].map((x) => 1 / (1 + Math.exp(-x)));
    for (const aggregate of ["last", "min", "prod", "mean"] as const) {
      const found = await valueOf(vPrm.create(vPrm.options.parse({ aggregate })), at, c);
      expect(found).toBeCloseTo(aggregated(p, aggregate), 6);
    }
  });

  it("refuses a model without the head", async () => {
    const { question, model } = bitsBench();
    const c = contextOf({ reasoner: model });
    await expect(vModel.create(vModel.options.parse({}))([nodeAt(question, ["0"])], c)).rejects.toThrow(
      /output head "value", which the model policy does not have/,
    );
  });
});

describe("v-prm", () => {
  it("aggregates .9, .5, .8 to .36, .5, .7333 and .8", () => {
    const p = [0.9, 0.5, 0.8];
    const of = (how: Parameters<typeof aggregated>[1]): number => aggregated(p, how);
    expect([of("prod"), of("min"), of("last")].map((x) => Number(x.toFixed(4)))).toEqual([0.36, 0.5, 0.8]);
    expect(of("mean")).toBeCloseTo(0.7333, 4);
  });

  it("is the softmax over the two signs only", async () => {
    const { question, model, secret } = bitsBench([...guessing.words, "+", "-"], { "+": 0.3, "-": 0.1 });
    const c = contextOf({ reasoner: model, evaluator: model });
    expect(await valueOf(vPrm.create(vPrm.options.parse({})), nodeAt(question, secret.slice(0, 2)), c)).toBeCloseTo(
      0.75,
    );
    expect(await valueOf(vPrm.create(vPrm.options.parse({})), nodeAt(question, []), c)).toBeNull();
  });

  it("asks a model of free text, step by step", async () => {
    const model = new Reciter((text) => [text.includes("Bad step") ? "-, I think" : "The step is + for me"]);
    const c = contextOf({ reasoner: model, evaluator: model });
    const guide = vPrm.create(vPrm.options.parse({ aggregate: "mean" }));
    expect(await valueOf(guide, nodeAt(asked, ["3 * 4 = 12.\n\n", "Bad step.\n\n"]), c)).toBe(0.5);
    expect(await valueOf(vPrm.create(vPrm.options.parse({})), nodeAt(asked, ["3 * 4 = 12.\n\n"]), c)).toBe(1);
  });
});

describe("v-greedy-rollout", () => {
  it("mixes the value of the state with the best of at most three greedy steps", async () => {
    expect(mixedValue(0.2, [0.4, 0.8, 0.6], 0.5)).toBeCloseTo(0.5);
    expect(mixedValue(0.2, [], 0.5)).toBe(0.2);
    const reply = ["One.\n\n", "Two.\n\n", "Three.\n\n", "Four.\n\n", "Finally \\boxed{5}."];
    const scores: Record<string, number> = { One: 0.1, Two: 0.3, Three: 0.7, Four: 0.2, Finally: 0.9 };
    const model = new Reciter((text) => {
      if (!text.includes("End with a score")) return [reply.join("")];
      const last = Object.keys(scores).findLast((word) => text.includes(word)) ?? "One";
      return [`Score: ${scores[last] * 10}`];
    });
    const c = contextOf({ reasoner: model });
    const guide = vGreedyRollout.create(vGreedyRollout.options.parse({ of: { id: "v-lats", options: { lambda: 1 } } }));
    // Two .3, Three .7, Four .2 ahead of One .1.
    expect(await valueOf(guide, nodeAt(asked, [reply[0]]), c)).toBeCloseTo(0.4);
    const steps = model.heard.filter(({ o }) => o.temperature === 0 && o.stop !== undefined);
    expect(steps.map(({ written }) => written)).toEqual([1, 2, 3].map((count) => reply.slice(0, count).join("")));
    expect(await valueOf(guide, nodeAt(asked, reply, { terminal: true }), c)).toBeCloseTo(0.9);
  });
});

describe("v-selfeval", () => {
  const rules: Rule[] = [{ match: /Is this correct so far\?/, next: { A: 0.6, B: 0.2, C: 0.2 } }];

  it("is P(True), renormalised over the two letters", async () => {
    const model = scripted([...rules, { match: /final answer of this solution/, next: { A: 0.1, B: 0.9 } }]);
    const c = contextOf({ reasoner: model });
    const guide = vSelfeval.create(vSelfeval.options.parse({}));
    expect(await valueOf(guide, nodeAt(asked, ["12"]), c)).toBeCloseTo(0.75);
    expect(await valueOf(guide, nodeAt(asked, ["14"], { terminal: true }), c)).toBeCloseTo(0.1);
  });

  it("is the share of replies without distributions, and undecided where none is a letter", async () => {
    const model = new Reciter(() => ["(A)", "(B) False", "(A) True"]);
    const c = contextOf({ reasoner: model });
    const found = await valueOf(vSelfeval.create({ role: "reasoner", samples: 300 }), nodeAt(asked, ["12"]), c);
    expect(Math.abs((found ?? 0) - 2 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 300));
    const vague = contextOf({ reasoner: new Reciter(() => ["hard to say"]) });
    expect(await valueOf(vSelfeval.create({ role: "reasoner", samples: 3 }), nodeAt(asked, ["12"]), vague)).toBeNull();
  });

  it("throws on a model that cannot read the question", async () => {
    const { question, model } = bitsBench();
    const c = contextOf({ reasoner: model });
    await expect(vSelfeval.create(vSelfeval.options.parse({}))([nodeAt(question, ["0"])], c)).rejects.toThrow(
      /vocabulary has no word/,
    );
  });
});

describe("v-conf", () => {
  it("a token of −.1 against −2.5, −4, −5, −6 is .8919", () => {
    expect(confidence(-0.1, [-2.5, -4, -5, -6])).toBeCloseTo(0.8919, 4);
  });

  it("is the mean over the tokens, each in a softmax of the most probable five", async () => {
    const words = [..."abcdefg"];
    const p: Record<string, number> = { a: 0.4, b: 0.2, c: 0.15, d: 0.1, e: 0.08, f: 0.04, g: 0.03 };
    const model = new PolicyModel([...guessing.words, ...words], () => p);
    const { question } = bitsBench();
    const c = contextOf({ reasoner: model });
    const guide = vConf.create(vConf.options.parse({}));
    const top = 0.4 + 0.2 + 0.15 + 0.1 + 0.08;
    // f is none of the five: it takes the place of the fifth.
    const expected = (0.4 / top + 0.04 / (0.04 + 0.4 + 0.2 + 0.15 + 0.1)) / 2;
    expect(await valueOf(guide, nodeAt(question, ["a f"]), c)).toBeCloseTo(expected, 6);
    expect(await valueOf(vConf.create({ top: 5, over: "action" }), nodeAt(question, ["f", "a"]), c)).toBeCloseTo(
      0.4 / top,
      6,
    );
  });

  it("takes the log-probs of the call where there are no distributions, and refuses a model without either", async () => {
    const model = scripted([{ match: /./, replies: [{ text: "it is", logprobs: [Math.log(0.5), Math.log(0.7)] }] }]);
    const c = contextOf({ reasoner: model });
    const [{ call }] = await c.sample(
      "reasoner",
      { messages: [{ role: "user", content: "go" }] },
      { n: 1, seed: "s", maxTokens: 9 },
    );
    const guide = vConf.create(vConf.options.parse({}));
    expect(await valueOf(guide, nodeAt(asked, ["it is"], { calls: [call] }), c)).toBeCloseTo(0.6, 6);
    const silent = contextOf({ reasoner: new Reciter(() => ["x"]) });
    await expect(guide([nodeAt(asked, ["x"])], silent)).rejects.toThrow(/v-conf needs log-probs/);
  });
});

describe("v-rap", () => {
  it("usefulness .8 and confidence .5 are .6325", () => {
    expect(rapValue(0.8, 0.5, 0.5)).toBeCloseTo(0.6325, 4);
    expect(majority(["12", " 13", "13 ", "12", "13"])).toEqual({ index: 1, share: 0.6 });
    expect(majority([])).toBeUndefined();
  });

  it("asks whether the sub-question is useful, and draws its answer anew", async () => {
    const model = new Reciter((text, written) => {
      if (text.includes("New sub-question: What is 3 times 4?")) return ["Yes"];
      return written.endsWith("Answer:") ? [`${written} 12.\n\nmore`, `${written} 13.\n\nmore`] : [];
    });
    const c = contextOf({ reasoner: model });
    const guide = vRap.create(vRap.options.parse({ answers: 400 }));
    const found = await valueOf(guide, nodeAt(asked, ["What is 3 times 4? Answer: 12.\n\n"]), c);
    const draws = model.heard.filter(({ written }) => written !== "");
    expect(draws.map(({ written, o }) => [written, o.n])).toEqual([["What is 3 times 4? Answer:", 400]]);
    expect(found).toBeGreaterThanOrEqual(Math.sqrt(0.5));
    expect(found).toBeLessThan(Math.sqrt(0.6));
  });
});

describe("v-lats", () => {
  it("a score of .6 and a share of .75 are .675", async () => {
    expect(latsValue(0.6, 0.75, 0.5)).toBeCloseTo(0.675);
    const c = contextOf({ reasoner: new Reciter(() => ["It is step 3 of 4. Score: 6"]) });
    const guide = vLats.create(vLats.options.parse({}));
    expect(await valueOf(guide, nodeAt(asked, ["12"], { prior: 0.75 }), c)).toBeCloseTo(0.675);
    expect(await valueOf(guide, nodeAt(asked, []), c)).toBeCloseTo(0.6);
  });

  it("reads the last whole number from 1 to 10", () => {
    expect(["Score: 10", "7/10... so 8.", "3.5", "none", "11"].map(readScore)).toEqual([
      1,
      0.8,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("v-jsd", () => {
  it("JSD((.9, .1), (.5, .5)) = .10175 nats", async () => {
    expect(jsd([0.9, 0.1], [0.5, 0.5])).toBeCloseTo(0.10175, 5);
    expect(jsd([1, 0], [0, 1])).toBeCloseTo(Math.LN2);
    const { question, model: uniform } = bitsBench();
    const expert = new PolicyModel(guessing.words, () => ({ 0: 0.9, 1: 0.1 }));
    const c = contextOf({ reasoner: expert, evaluator: uniform });
    const guide = vJsd.create(vJsd.options.parse({}));
    expect(await valueOf(guide, nodeAt(question, ["0", "1 0"]), c)).toBeCloseTo(0.10175, 5);
    const own = vJsd.create({ amateur: "reasoner", temperature: 1 });
    expect(await valueOf(own, nodeAt(question, ["0"]), c)).toBeCloseTo(0, 6);
    const hot = vJsd.create({ amateur: "reasoner", temperature: 1e6 });
    expect(await valueOf(hot, nodeAt(question, ["0"]), c)).toBeGreaterThan(0.1);
  });

  it("refuses models without distributions", async () => {
    const model = new Reciter(() => ["x"]);
    const c = contextOf({ reasoner: model, evaluator: model });
    await expect(vJsd.create(vJsd.options.parse({}))([nodeAt(asked, ["x"])], c)).rejects.toThrow(/reads the ids/);
  });
});

describe("v-mutual", () => {
  const words = "one two three four five six seven eight nine \\boxed{14}";

  it("10 words are cut to 2, 3, 4 and 5", () => {
    const cut = prefixes(words, { cuts: 4, from: 0.2, to: 0.5 });
    expect(cut.map((text) => text.split(" ").length)).toEqual([2, 3, 4, 5]);
    expect(cut.every((text) => words.startsWith(text))).toBe(true);
  });

  it("counts completions that reach the answer, as far as the trace is kept", async () => {
    expect([survival(1, 4, "any"), survival(1, 4, "half"), survival(2, 4, "half"), survival(3, 4, "all")]).toEqual([
      0.25, 0, 0.5, 0,
    ]);
    // The second model agrees only after four words or more.
    const second = new Reciter((_, written) => [
      `${written} rest \\boxed{${written.split(" ").length >= 4 ? "14.0" : "15"}}`,
    ]);
    const first = new Reciter(() => [words]);
    const c = contextOf({ reasoner: first, evaluator: second });
    const guide = vMutual.create(vMutual.options.parse({}));
    expect(await valueOf(guide, nodeAt(asked, [words], { terminal: true }), c)).toBe(0.5);
    expect(first.heard).toEqual([]);
    expect(second.heard.map(({ written }) => written.split(" ").length)).toEqual([2, 3, 4, 5]);
    // What is not finished is completed first.
    expect(await valueOf(guide, nodeAt(asked, ["one two "]), c)).toBe(0.5);
    expect(first.heard.length).toBe(1);
    const all = vMutual.create(vMutual.options.parse({ kept: "all" }));
    expect(await valueOf(all, nodeAt(asked, [words], { terminal: true }), c)).toBe(0);
  });
});

describe("v-combined", () => {
  it("normalises each source to mean 0 and deviation 1", () => {
    const z = zScores([1, 2, 3, 6]);
    expect(z.reduce((a, b) => a + b, 0)).toBeCloseTo(0);
    expect(z.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(1);
    expect(zScores([4, 4])).toEqual([0, 0]);
    expect(zScores([0.8], { mean: 0.5, deviation: 0.1 })[0]).toBeCloseTo(3);
  });

  it("is σ of the weighted sum, by given statistics or by those of the nodes valued together", async () => {
    const model = new Reciter((text) => {
      if (text.includes("End with a score")) return [text.includes("good") ? "Score: 9" : "Score: 3"];
      return [text.includes("good") ? "A" : "B"];
    });
    const c = contextOf({ reasoner: model });
    const lats = { id: "v-lats", options: { lambda: 1 } };
    const self = { id: "v-selfeval", options: {} };
    const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
    const given = vCombined.create(
      vCombined.options.parse({
        parts: [
          { of: lats, weight: 2, mean: 0.5, deviation: 0.2 },
          { of: self, weight: -0.5, mean: 0.5, deviation: 1 },
        ],
      }),
    );
    expect(await valueOf(given, nodeAt(asked, ["good"]), c)).toBeCloseTo(sigma(2 * 2 - 0.5 * 0.5));
    const batch = vCombined.create(vCombined.options.parse({ parts: [{ of: lats, weight: 1 }], batch: true }));
    const both = await batch([nodeAt(asked, ["good"], { id: 1 }), nodeAt(asked, ["poor"], { id: 2 })], c);
    expect(both.map(({ score }) => score)).toEqual([sigma(1), sigma(-1)].map((x): unknown => expect.closeTo(x, 6)));
    expect(() =>
      vCombined.create(vCombined.options.parse({ parts: [{ of: { id: "v-conf", options: { top: 1 } } }] })),
    ).toThrow(/options of "v-conf"/);
  });
});
