import { addCost, noCost, type Cost } from "./call.ts";

/** Hard caps; a missing one is no cap. `deadline` is in milliseconds on the clock given to the budget. */
export interface Limits {
  readonly tokens?: number;
  readonly calls?: number;
  readonly money?: number;
  readonly deadline?: number;
}

/** What a call in flight holds of a budget. */
export interface Reservation {
  /** Ends the hold and spends what the call cost; only the first time. */
  settle(cost: Cost): void;
}

/**
 * What may still be spent. A method asks `exhausted` before a call and reports with `spend` after it; one that runs out
 * returns its best so far. Calls in flight count by what they reserved: a cap is passed by no more than what they cost
 * beyond that. Tokens are generated tokens.
 */
export class Budget {
  readonly limits: Limits;
  readonly #clock: () => number;
  readonly #parent: Budget | undefined;
  #spent: Cost = noCost;
  #held: Cost = noCost;

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

  /** Reserved by calls in flight. */
  get held(): Cost {
    return this.#held;
  }

  /** Holds what a call is bound or expected to cost until it is settled, here and in the budgets around this one. */
  reserve(expected: Partial<Cost>): Reservation {
    const hold = { ...noCost, ...expected };
    this.#hold(hold, 1);
    let open = true;
    return {
      settle: (cost) => {
        if (!open) return;
        open = false;
        this.#hold(hold, -1);
        this.spend(cost);
      },
    };
  }

  #hold(cost: Cost, sign: 1 | -1): void {
    const of = (field: "calls" | "inputTokens" | "outputTokens" | "money"): number =>
      (this.#held[field] ?? 0) + sign * (cost[field] ?? 0);
    this.#held = {
      calls: of("calls"),
      inputTokens: of("inputTokens"),
      outputTokens: of("outputTokens"),
      money: of("money"),
    };
    if (this.#parent) this.#parent.#hold(cost, sign);
  }

  /** Generated tokens still allowed, Infinity without a cap. */
  get tokensLeft(): number {
    const own = (this.limits.tokens ?? Infinity) - this.#spent.outputTokens - this.#held.outputTokens;
    return Math.max(0, Math.min(own, this.#parent?.tokensLeft ?? Infinity));
  }

  /** The first cap that is used up, what calls in flight hold included, or undefined. */
  get exhausted(): "tokens" | "calls" | "money" | "deadline" | undefined {
    const { tokens, calls, money, deadline } = this.limits;
    const committed = addCost(this.#spent, this.#held);
    if (tokens !== undefined && committed.outputTokens >= tokens) return "tokens";
    if (calls !== undefined && committed.calls >= calls) return "calls";
    if (money !== undefined && (committed.money ?? 0) >= money) return "money";
    if (deadline !== undefined && this.#clock() >= deadline) return "deadline";
    return this.#parent?.exhausted;
  }

  /** Milliseconds to the nearest deadline, Infinity without one. */
  get timeLeft(): number {
    const { deadline } = this.limits;
    const own = deadline === undefined ? Infinity : Math.max(0, deadline - this.#clock());
    return Math.min(own, this.#parent?.timeLeft ?? Infinity);
  }

  /** A budget inside this one: its spending counts for both. */
  child(limits: Limits): Budget {
    return new Budget(limits, this.#clock, this);
  }
}
