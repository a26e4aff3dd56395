import { describe, expect, it } from "vitest";
import { addCost, noCost, type Cost } from "../core/call.ts";
import { Budget } from "../core/budget.ts";
import type { Context } from "../core/context.ts";
import type { Reasoned, Reasoner } from "../core/contracts.ts";
import type { Model } from "../core/model.ts";
import type { Question } from "../core/task.ts";

export interface ContextFor {
  readonly model: Model;
  readonly seed?: string;
  readonly budget?: Budget;
  readonly signal?: AbortSignal;
}

export interface ReasonerBench {
  /** A context over a model, with a ledger of its own and an exact Evaluator. */
  context(o: ContextFor): Context;
  readonly question: Question;
  /** Solves the question now and then. */
  able(): Model;
  /** Writes words without sense. */
  garbage(): Model;
  /** Most tokens that one call of the reasoner generates. */
  readonly inFlight: number;
  /** What is written does not depend on the seed. */
  readonly seedless?: boolean;
}

/** A model of which every call from the k-th on does what is told. */
function after(model: Model, calls: number, then: () => void): Model {
  let seen = 0;
  const guard = <T>(call: () => Promise<T>): Promise<T> => {
    if (++seen >= calls) {
      try {
        then();
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    return call();
  };
  return {
    name: model.name,
    version: model.version,
    can: model.can,
    ...(model.tokenizer ? { tokenizer: model.tokenizer } : {}),
    sample: (prompt, o) => guard(() => model.sample(prompt, o)),
    ...(model.next ? { next: (prompts, top) => guard(() => model.next?.(prompts, top) ?? Promise.resolve([])) } : {}),
  };
}

function breaks(): never {
  throw new Error("the line is dead");
}

function total({ solutions, trees }: Reasoned): Cost {
  return (trees.length > 0 ? trees : solutions).reduce((sum, part) => addCost(sum, part.cost), noCost);
}

/** What every Reasoner owes (core/contracts.ts). */
export function reasonerSuite(name: string, reasoner: Reasoner, bench: ReasonerBench): void {
  const { question, inFlight } = bench;

  /** Runs, and checks what holds of every result. */
  async function run(o: ContextFor): Promise<{ result: Reasoned; c: Context }> {
    const c = bench.context(o);
    const result = await reasoner(question, c);
    const { solutions, trees } = result;
    expect(solutions.length).toBeGreaterThan(0);
    expect(new Set(solutions.map(({ id }) => id)).size).toBe(solutions.length);
    for (const solution of solutions) {
      expect(solution.taskId).toBe(question.id);
      for (const id of solution.by) expect(c.call(id).id).toBe(id);
    }
    for (const tree of trees) {
      expect(tree).toMatchObject({ taskId: question.id, oracle: false });
      const known = new Set(solutions.map(({ id }) => id));
      for (const node of tree.nodes) {
        for (const id of node.calls) expect(c.call(id).id).toBe(id);
        if (node.solution !== undefined) expect(known.has(node.solution)).toBe(true);
      }
    }
    expect(total(result)).toEqual(c.budget.spent);
    return { result, c };
  }

  describe(`Reasoner ${name}`, () => {
    it("gives solutions that its calls wrote, best first", async () => {
      const { result, c } = await run({ model: bench.able() });
      const wrong = result.solutions.map((solution) => (solution.error ? 1 : 0));
      expect(wrong).toEqual(wrong.toSorted((a, b) => a - b));
      const [best] = result.solutions;
      expect(best.error).toBeUndefined();
      expect(best.text).toBe(best.steps.map((step) => step.text).join(" "));
      if (best.by.length > 0) expect(best.by.map((id) => c.call(id).text).join(" ")).toBe(best.text);
    });

    it("gives the same for the same seed, and other replies for others", async () => {
      const one = await run({ model: bench.able(), seed: "a" });
      const two = await run({ model: bench.able(), seed: "a" });
      expect(two.result).toEqual(one.result);
      const texts = new Set<string>();
      for (const seed of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
        const { result } = await run({ model: bench.able(), seed });
        texts.add(result.solutions.map((solution) => solution.text).join("\n"));
      }
      if (bench.seedless) expect(texts.size).toBe(1);
      else expect(texts.size).toBeGreaterThan(1);
    });

    it("takes garbage as data", async () => {
      const { result } = await run({ model: bench.garbage() });
      expect(result.solutions[0].error).toBeDefined();
    });

    it("takes a failing model as data, from the first call or a later one", async () => {
      const { result } = await run({ model: after(bench.able(), 1, breaks) });
      expect(result.solutions[0].error).toEqual({ where: "sample", message: "the line is dead" });
      await run({ model: after(bench.able(), 3, breaks) });
    });

    it("stays within its budget but for the call in flight, and gives what it has", async () => {
      for (const tokens of [1, 20, 45]) {
        const { c } = await run({ model: bench.able(), budget: new Budget({ tokens }) });
        expect(c.budget.spent.outputTokens).toBeLessThan(tokens + inFlight);
        expect(c.budget.spent.outputTokens).toBeGreaterThan(0);
      }
      const { result, c } = await run({ model: bench.able(), budget: new Budget({ calls: 0 }) });
      expect(result.solutions[0].error?.where).toBe("budget");
      expect(c.budget.spent).toEqual(noCost);
    });

    it("ends with the error abort when aborted, and calls no more", async () => {
      const { result, c } = await run({ model: bench.able(), signal: AbortSignal.abort() });
      expect(result.solutions[0].error?.where).toBe("abort");
      expect(c.budget.spent).toEqual(noCost);
      const controller = new AbortController();
      let late = 0;
      const model = after(bench.able(), 2, () => {
        if (controller.signal.aborted) late++;
        controller.abort();
      });
      await run({ model, signal: controller.signal });
      expect(late).toBe(0);
    });

    it("leaves the question alone, which has no secret", async () => {
      expect(Object.isFrozen(question)).toBe(true);
      expect(question).not.toHaveProperty("secret");
      expect(question).not.toHaveProperty("origin");
      const before = JSON.stringify(question);
      await run({ model: bench.able() });
      expect(JSON.stringify(question)).toBe(before);
    });
  });
}
