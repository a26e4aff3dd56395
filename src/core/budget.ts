import { addCost, noCost, type Cost } from "./call.ts";

/** Hard caps; a missing one is no cap. `deadline` is in milliseconds on the clock given to the budget. */
export interface Limits {
  readonly tokens?: number;
  readonly calls?: number;
  readonly money?: number;
  readonly deadline?: number;
}

/**
 * What may still be spent. A method asks `allows` before a call and reports with `spend` after it, so that no cap is
 * passed by more than the calls in flight; one that runs out returns its best so far. Tokens are generated tokens.
 */
export class Budget {
  readonly limits: Limits;
  readonly #clock: () => number;
  readonly #parent: Budget | undefined;
  #spent: Cost = noCost;

  constructor(limits: Limits = {}, clock: () => number = () => performance.now(), parent?: Budget) {
    this.limits = limits;
    this.#clock = clock;
    this.#parent = parent;
  }

  get spent(): Cost {
    return this.#spent;
  }

  spend(cost: Cost): void {
    this.#spent = addCost(this.#spent, cost);
    this.#parent?.spend(cost);
  }

  /** Generated tokens still allowed, Infinity without a cap. */
  get tokensLeft(): number {
    const own = (this.limits.tokens ?? Infinity) - this.#spent.outputTokens;
    return Math.max(0, Math.min(own, this.#parent?.tokensLeft ?? Infinity));
  }

  /** The first cap that is used up, or undefined. */
  get exhausted(): "tokens" | "calls" | "money" | "deadline" | undefined {
    const { tokens, calls, money, deadline } = this.limits;
    if (tokens !== undefined && this.#spent.outputTokens >= tokens) return "tokens";
    if (calls !== undefined && this.#spent.calls >= calls) return "calls";
    if (money !== undefined && (this.#spent.money ?? 0) >= money) return "money";
    if (deadline !== undefined && this.#clock() >= deadline) return "deadline";
    return this.#parent?.exhausted;
  }

  /** A budget inside this one: its spending counts for both. */
  child(limits: Limits): Budget {
    return new Budget(limits, this.#clock, this);
  }
}
