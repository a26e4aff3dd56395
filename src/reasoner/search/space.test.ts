import { describe, expect, it } from "vitest";
import { Budget } from "../../core/budget.ts";
import type { Model } from "../../core/model.ts";
import { random } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import countdown from "../../task-creator/families/countdown.ts";
import { playerPolicy, PolicyModel } from "../testing.ts";
import { familySpace, type FamilySpace, type SpaceOptions, type Written } from "./space.ts";

const family = countdown.create(countdown.options.parse({}));
const task = family.generate(random("space"), { difficulty: 3, split: "eval" });
const question = ask(task);
const plain: SpaceOptions = { granularity: "step", expand: "sample", temperature: 1, prune: false, merge: false };

function spaceOf(
  change: Partial<SpaceOptions> = {},
  policy = { skill: 3, noise: 0.05 },
  budget?: Budget,
  wrap = (model: Model) => model,
) {
  const model = wrap(new PolicyModel(family.words, playerPolicy(family, task, policy)));
  const parts = {
    models: { reasoner: model },
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed: "1",
  };
  const c = makeContext({ ...parts, budget });
  return { c, space: familySpace(question, c, { ...plain, ...change }) };
}

/** Walks down by the first child to a terminal: the states on the way. */
async function walk(space: FamilySpace, k: number): Promise<{ states: Written[]; actions: string[] }> {
  const states = [space.root];
  const actions: string[] = [];
  while (!space.isTerminal(states[states.length - 1])) {
    const [first] = await space.expand(states[states.length - 1], k);
    if (!first) break;
    states.push(first.state);
    actions.push(first.action);
  }
  return { states, actions };
}

describe("familySpace", () => {
  for (const expand of ["sample", "enumerate"] as const) {
    it(`${expand}: actions concatenate to the solution, and depth shrinks as actions grow`, async () => {
      const depths: number[] = [];
      for (const granularity of ["token", "step"] as const) {
        const { space } = spaceOf({ granularity, expand }, { skill: 3, noise: 0 });
        const { states, actions } = await walk(space, 3);
        const solution = space.solution(states[states.length - 1]);
        expect(solution.error).toBeUndefined();
        expect(solution.text).toBe(actions.join(" "));
        depths.push(actions.length);
      }
      expect(depths).toEqual([12, 2]);
    });
  }

  it("samples k steps, each recorded as a call, and spends for them", async () => {
    const { c, space } = spaceOf();
    const children = await space.expand(space.root, 5);
    expect(children.length).toBe(5);
    for (const child of children) {
      const call = c.call(child.calls[0]);
      expect(call.text).toBe(child.action);
      expect(child.logprob).toBeCloseTo(
        [...(call.logprobs ?? [])].reduce((a, b) => a + b, 0),
        5,
      );
    }
    expect(space.spent()).toEqual(c.budget.spent);
    expect(c.budget.spent.calls).toBe(5);
    const [again] = await spaceOf().space.expand(space.root, 5);
    expect(again.action).toBe(children[0].action);
  });

  it("enumerates the most probable steps exactly, most probable first", async () => {
    // Without noise the steps are the legal moves, with known probabilities.
    const { space } = spaceOf({ expand: "enumerate" }, { skill: 3, noise: 0 });
    const moves = family.truth?.moves(question, []) ?? [];
    const weights = moves.map((move) => (family.truth?.optimum(task, [move]) === 1 ? 3 : 1));
    const sum = weights.reduce((a, b) => a + b, 0);
    const exact = moves.map((move, i) => ({ move, logprob: Math.log(weights[i] / sum) }));
    const children = await space.expand(space.root, 1000);
    expect(children.map((child) => child.action).sort()).toEqual([...moves].sort());
    for (const { action, logprob } of children) {
      expect(logprob).toBeCloseTo(exact.find(({ move }) => move === action)?.logprob ?? Number.NaN, 5);
    }
    const logprobs = children.map((child) => child.logprob);
    expect(logprobs).toEqual([...logprobs].sort((a, b) => b - a));
    const few = await spaceOf({ expand: "enumerate" }, { skill: 3, noise: 0 }).space.expand(space.root, 3);
    expect(few.map((child) => child.logprob)).toEqual(logprobs.slice(0, 3));
  });

  it("prunes invalid steps, in every way of expanding", async () => {
    const noisy = { skill: 1, noise: 0.3 };
    const valid = (child: { state: Written }): boolean => family.state?.(question, child.state.steps) !== undefined;
    for (const expand of ["sample", "enumerate"] as const) {
      const all = await spaceOf({ expand }, noisy).space.expand(spaceOf().space.root, 40);
      const kept = await spaceOf({ expand, prune: true }, noisy).space.expand(spaceOf().space.root, 40);
      if (expand === "sample") {
        expect(all.some((child) => !valid(child))).toBe(true);
        expect(kept.map(({ action }) => action)).toEqual(all.filter(valid).map(({ action }) => action));
      }
      expect(kept.length).toBeGreaterThan(0);
      expect(kept.every(valid)).toBe(true);
    }
  });

  it("names states by the family's keys only when it merges", async () => {
    const { space } = spaceOf({ merge: true }, { skill: 3, noise: 0 });
    for (const { state } of await space.expand(space.root, 5)) {
      expect(space.key?.(state)).toBe(family.state?.(question, state.steps));
      for (const end of await space.expand(state, 5)) expect(space.key?.(end.state)).toBeUndefined();
    }
    const apart = spaceOf().space;
    for (const { state } of await apart.expand(apart.root, 5)) expect(apart.key?.(state)).toBeUndefined();
  });

  it("gives no children and says why when the budget is spent or the model fails", async () => {
    const spent = spaceOf({}, undefined, new Budget({ tokens: 0 })).space;
    expect(await spent.expand(spent.root, 3)).toEqual([]);
    expect(spent.error?.where).toBe("budget");
    const broken = spaceOf({}, undefined, undefined, (model) => ({
      ...model,
      name: "x",
      version: "x@1",
      can: model.can,
      tokenizer: model.tokenizer,
      sample: () => Promise.reject(new Error("gone")),
    })).space;
    expect(await broken.expand(broken.root, 3)).toEqual([]);
    expect(broken.error).toEqual({ where: "sample", message: "gone" });
  });

  it("refuses to enumerate a model without distributions", () => {
    const blind = (model: Model): Model => ({
      name: "blind",
      version: "blind@1",
      can: model.can,
      tokenizer: model.tokenizer,
      sample: (prompt, o) => model.sample(prompt, o),
    });
    expect(() => spaceOf({ expand: "enumerate" }, undefined, undefined, blind)).toThrow(/next-token distributions/);
  });
});
