import { describe, expect, it } from "vitest";
import { makeContext, memoryCalls } from "../../../evolution/context.ts";
import open from "../../../task-creator/families/open.ts";
import { familySpace, type FamilySpace, type Written } from "../space.ts";
import { Reciter } from "../testing.ts";
import { actionSets, allowed } from "./action-sets.ts";
import { granularities, granularityOf, type GranularityOption } from "./granularity.ts";

const family = open.create(open.options.parse({}));
const question = family.question("What is 3 times 4, plus 2, e.g. in apples?");
const reply = [
  "Step 1: First multiply, i.e. take 3 groups of 4. Each has 4 apples. So there are 12.\n",
  "Write it down: 3 * 4 = 12.\n\n",
  "Step 2: Now add 2. Dr. Bell counts 14 apples.\nTherefore the sum is 14.\n\n",
  "The answer is \\boxed{14}.",
].join("");

function spaceOf(granularity: GranularityOption, replies: readonly string[] = [reply]) {
  const model = new Reciter(() => replies);
  const families = new Map([[family.id, family]]);
  const c = makeContext({ models: { reasoner: model }, families, calls: memoryCalls(), seed: "1" });
  const space = familySpace(question, c, {
    granularity,
    expand: "sample",
    temperature: 1,
    prune: true,
    merge: true,
  });
  return { c, model, space };
}

/** Walks down by the first child to a terminal. */
async function walk(space: FamilySpace, k = 1): Promise<{ state: Written; actions: string[] }> {
  let state = space.root;
  const actions: string[] = [];
  while (!space.isTerminal(state)) {
    const [first] = await space.expand(state, k);
    if (!first) throw new Error(`no children after ${JSON.stringify(state.text)}: ${space.error?.message}`);
    state = first.state;
    actions.push(first.action);
  }
  return { state, actions };
}

const sizes: readonly GranularityOption[] = [
  "token",
  { id: "mini-step", options: { tokens: 4 } },
  "sentence",
  "line",
  "step",
  "logical-step",
];

describe("actions", () => {
  it("token, mini-step, sentence, line, step, logical-step: depth shrinks as actions grow, and they concatenate to the solution", async () => {
    const depths: number[] = [];
    for (const granularity of sizes) {
      const { space } = spaceOf(granularity);
      const { state, actions } = await walk(space, 2);
      expect(actions.join(""), JSON.stringify(granularity)).toBe(reply);
      expect(space.solution(state)).toMatchObject({ text: reply, answer: "14" });
      depths.push(actions.filter((action) => action !== "").length);
    }
    expect(depths).toEqual([45, 12, 8, 5, 3, 2]);
    expect(depths).toEqual(depths.toSorted((a, b) => b - a));
  });

  it("token: an action is one token", async () => {
    const { model, space } = spaceOf("token");
    const { actions } = await walk(space);
    expect(actions.slice(0, 3)).toEqual(["Step", " 1:", " First"]);
    expect(model.heard.every(({ o }) => o.maxTokens === 1)).toBe(true);
  });

  it("mini-step: an action is so many tokens, 32 by default", async () => {
    const { model, space } = spaceOf("mini-step");
    const { actions } = await walk(space);
    expect(actions.map((action) => action.trim().split(/\s+/u).length)).toEqual([32, 13]);
    expect(model.heard[0].o.maxTokens).toBe(32);
  });

  it("sentence: abbreviations and numbers do not end one; lines are actions of their own", async () => {
    const { actions } = await walk(spaceOf("sentence").space);
    expect(actions[0]).toBe("Step 1: First multiply, i.e. take 3 groups of 4. ");
    expect(actions).toContain("Dr. Bell counts 14 apples.\n");
    const lines = await walk(spaceOf("line").space);
    expect(lines.actions[0]).toBe(reply.slice(0, reply.indexOf("\n") + 1));
  });

  it("logical-step: a step lasts to the next one's opening, which is not part of it", async () => {
    const { actions } = await walk(spaceOf("logical-step").space);
    expect(actions.map((action) => action.slice(0, 7))).toEqual(["Step 1:", "Step 2:"]);
  });

  it("option: goes on over steps until one reaches a sub-goal, or there are enough", async () => {
    const { actions } = await walk(spaceOf("option").space);
    // "So there are 12" and "Therefore the sum is 14" reach sub-goals; the last step ends the reply.
    expect(actions.map((action) => action.slice(0, 7))).toEqual(["Step 1:", "Step 2:", "The ans"]);
    const long = await walk(spaceOf({ id: "option", options: { reached: "boxed" } }).space);
    expect(long.actions).toEqual([reply]);
    const most = await walk(spaceOf({ id: "option", options: { reached: "boxed", most: 2 } }).space);
    expect(most.actions.length).toBe(2);
    expect(() => granularityOf({ id: "option", options: { reached: "(" } })).toThrow(/no regular expression/);
  });

  it("typed: the model is told the type, and no reply breaks the order of the set", async () => {
    for (const set of ["rstar", "hiar", "cmcts"] as const) {
      const types = actionSets[set];
      const model = new Reciter((asked, written) => {
        const type = types.find(({ instruction }) => asked.endsWith(`Now: ${instruction}`));
        return [`${written}[${type?.id}] so far${type?.finishes ? " \\boxed{14}" : "\n\nmore"}`];
      });
      const families = new Map([[family.id, family]]);
      const c = makeContext({ models: { reasoner: model }, families, calls: memoryCalls(), seed: set });
      const space = familySpace(question, c, {
        granularity: { id: "typed", options: { set } },
        expand: "sample",
        temperature: 1,
        prune: true,
        merge: true,
      });
      let level = [space.root];
      let ends = 0;
      for (let depth = 0; depth < 4; depth++) {
        const next: Written[] = [];
        for (const state of level) {
          const before = state.types ?? [];
          const children = await space.expand(state, 6);
          const may = allowed(types, before).map(({ id }) => id);
          expect(new Set(children.map((child) => child.state.types?.at(-1)))).toEqual(new Set(may));
          for (const child of children) {
            const type = child.state.types?.at(-1) ?? "";
            expect(child.action.startsWith(`[${type}]`)).toBe(true);
            expect(child.state.ended).toBe(types.find(({ id }) => id === type)?.finishes === true);
            if (child.state.ended) ends++;
            else if (!next.some(({ types: known }) => known?.join() === child.state.types?.join()))
              next.push(child.state);
          }
        }
        level = next;
      }
      expect(ends).toBeGreaterThan(0);
    }
  });

  it("options are read strictly, and errors name the granularity", () => {
    expect(() => granularityOf({ id: "mini-step", options: { tokens: 0 } })).toThrow(/granularity "mini-step"/);
    expect(() => granularityOf({ id: "typed", options: { chain: ["dance"] } })).toThrow(/"dance" is no type/);
    expect(granularities.safeParse("page").success).toBe(false);
  });
});

describe("familySpace over free text", () => {
  it("gives the question and the reply so far as messages, and ends where the model does", async () => {
    const { c, model, space } = spaceOf("step");
    const { state, actions } = await walk(space);
    expect(model.heard.map(({ written }) => written)).toEqual(["", actions[0], actions.slice(0, 2).join("")]);
    expect(model.heard.every(({ asked }) => asked.startsWith(question.text))).toBe(true);
    expect(state.ended).toBe(true);
    expect(state.tokens).toBe(c.budget.spent.outputTokens);
  });

  it("a server that adds its stop to every reply ends at the first blank one", async () => {
    const steps = reply.split(/(?<=\n\n)/u);
    const { space } = spaceOf("step", [`${reply}\n\n\n\n`]);
    const { actions } = await walk(space);
    expect(actions.slice(0, 3)).toEqual([...steps.slice(0, 2), `${steps[2]}\n\n`]);
    expect(actions.slice(3).join("").trim()).toBe("");
  });

  it("estimates priors without log-probs by shares, and stops at the longest reply", async () => {
    const { space } = spaceOf("step", ["Yes.\n\nDone.", "No.\n\nDone."]);
    const children = await space.expand(space.root, 8);
    const shares = new Map(children.map(({ action, logprob }) => [action, Math.exp(logprob)]));
    const yes = children.filter(({ action }) => action === "Yes.\n\n").length / 8;
    expect(shares.get("Yes.\n\n")).toBeCloseTo(yes);
    expect(shares.get("No.\n\n")).toBeCloseTo(1 - yes);
    const short = open.create(open.options.parse({ maxTokens: 5 }));
    const model = new Reciter(() => [reply]);
    const c = makeContext({
      models: { reasoner: model },
      families: new Map([[short.id, short]]),
      calls: memoryCalls(),
      seed: "1",
    });
    const { state } = await walk(
      familySpace(question, c, { granularity: "step", expand: "sample", temperature: 1, prune: true, merge: true }),
    );
    expect(state.text.split(" ").length).toBe(5);
    expect(state.ended).toBe(true);
  });

  it("refuses to enumerate", () => {
    const { c } = spaceOf("step");
    const options = { granularity: "step", temperature: 1, prune: true, merge: true } as const;
    expect(() => familySpace(question, c, { ...options, expand: "enumerate" })).toThrow(/next-token distributions/);
  });
});
