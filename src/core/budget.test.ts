import { describe, expect, it } from "vitest";
import { Budget } from "./budget.ts";
import { addCost, noCost } from "./call.ts";

const cost = (outputTokens: number, money?: number) => ({
  calls: 1,
  inputTokens: 10,
  outputTokens,
  ...(money === undefined ? {} : { money }),
});

describe("Budget", () => {
  it("without caps allows everything and still counts", () => {
    const budget = new Budget();
    budget.spend(cost(1e9, 1e6));
    expect(budget.exhausted).toBeUndefined();
    expect(budget.tokensLeft).toBe(Infinity);
    expect(budget.spent).toEqual({ calls: 1, inputTokens: 10, outputTokens: 1e9, money: 1e6 });
  });

  it("counts generated tokens, calls and money, and names the cap that is used up", () => {
    const tokens = new Budget({ tokens: 10 });
    tokens.spend(cost(9));
    expect([tokens.exhausted, tokens.tokensLeft]).toEqual([undefined, 1]);
    tokens.spend(cost(5));
    expect([tokens.exhausted, tokens.tokensLeft]).toEqual(["tokens", 0]);

    const calls = new Budget({ calls: 2 });
    calls.spend(cost(1));
    expect(calls.exhausted).toBeUndefined();
    calls.spend(cost(1));
    expect(calls.exhausted).toBe("calls");

    const money = new Budget({ money: 0.5 });
    money.spend(cost(1, 0.25));
    expect(money.exhausted).toBeUndefined();
    money.spend(cost(1, 0.25));
    expect(money.exhausted).toBe("money");
  });

  it("ends at the deadline of the clock it is given", () => {
    let now = 0;
    const budget = new Budget({ deadline: 100 }, () => now);
    now = 99;
    expect(budget.exhausted).toBeUndefined();
    now = 100;
    expect(budget.exhausted).toBe("deadline");
  });

  it("bounds a child by both, and counts the child's spending for the parent and not the other way round", () => {
    let now = 0;
    const parent = new Budget({ tokens: 100, deadline: 50 }, () => now);
    const child = parent.child({ tokens: 30 });
    const other = parent.child({});
    child.spend(cost(20));
    expect([child.tokensLeft, parent.tokensLeft, other.tokensLeft]).toEqual([10, 80, 80]);
    other.spend(cost(75));
    expect([child.tokensLeft, parent.tokensLeft]).toEqual([5, 5]);
    expect(child.exhausted).toBeUndefined();
    parent.spend(cost(5));
    expect([child.exhausted, child.spent.outputTokens]).toEqual(["tokens", 20]);
    now = 50;
    expect(parent.child({}).exhausted).toBe("tokens");
  });

  it("allows nothing from the start when a cap is 0", () => {
    expect(new Budget({ tokens: 0 }).exhausted).toBe("tokens");
    expect(new Budget({ calls: 0 }).exhausted).toBe("calls");
  });
});

describe("calls in flight", () => {
  it("count until they are settled, in all budgets around them, and then as what they cost", () => {
    const parent = new Budget({ tokens: 100, calls: 3 });
    const child = parent.child({ money: 1 });
    const first = child.reserve({ calls: 1, outputTokens: 60, money: 0.5 });
    const second = child.reserve({ calls: 1, outputTokens: 20, money: 0.5 });
    expect([parent.tokensLeft, child.tokensLeft, parent.exhausted, child.exhausted]).toEqual([
      20,
      20,
      undefined,
      "money",
    ]);
    expect([parent.spent, parent.held.calls, parent.held.outputTokens]).toEqual([noCost, 2, 80]);
    first.settle(cost(5, 0.25));
    expect([parent.tokensLeft, child.exhausted, child.spent.outputTokens]).toEqual([75, undefined, 5]);
    first.settle(cost(5, 0.25));
    second.settle(cost(30, 0.5));
    expect([parent.spent.outputTokens, parent.spent.calls, child.exhausted]).toEqual([35, 2, undefined]);
    expect(parent.held).toMatchObject({ calls: 0, inputTokens: 0, outputTokens: 0, money: 0 });
    parent.reserve({ calls: 1 });
    expect([parent.exhausted, child.exhausted]).toEqual(["calls", "calls"]);
  });

  it("let a crowd of callers pass no cap when each reserves the most that it may cost", async () => {
    const budget = new Budget({ tokens: 1000, calls: 12 });
    let begun = 0;
    const caller = async (i: number): Promise<void> => {
      while (!budget.exhausted) {
        const most = Math.min(90, budget.tokensLeft);
        const held = budget.reserve({ calls: 1, outputTokens: most });
        begun++;
        await new Promise(setImmediate);
        held.settle(cost(Math.min(most, 40 + i)));
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, i) => caller(i)));
    expect(begun).toBe(12);
    expect(budget.spent.calls).toBe(12);
    expect(budget.spent.outputTokens).toBeLessThanOrEqual(1000);
  });
});

describe("addCost", () => {
  it("adds field by field and leaves money out where there is none", () => {
    expect(addCost(noCost, noCost)).toEqual({ calls: 0, inputTokens: 0, outputTokens: 0 });
    expect(addCost(cost(1, 2), cost(3))).toEqual({ calls: 2, inputTokens: 20, outputTokens: 4, money: 2 });
  });
});
