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

describe("addCost", () => {
  it("adds field by field and leaves money out where there is none", () => {
    expect(addCost(noCost, noCost)).toEqual({ calls: 0, inputTokens: 0, outputTokens: 0 });
    expect(addCost(cost(1, 2), cost(3))).toEqual({ calls: 2, inputTokens: 20, outputTokens: 4, money: 2 });
  });
});
