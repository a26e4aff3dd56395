/** A logit rule asked across threads: the asking thread sleeps until the other has changed the logits in shared memory. */
import type { Ids } from "../../core/call.ts";
import type { LogitRule } from "../../core/model.ts";

/** Room for one exchange about logits: [state, vocabulary, floats…]; state 1 = asked, 0 = answered. */
export interface RuleExchange {
  readonly kind: "rule";
  readonly id: number;
  readonly ids: Ids;
  readonly buffer: SharedArrayBuffer;
}

/** Lets the thread behind `say` change the logits of request `id`; returns when it has. */
export function askRule(say: (exchange: RuleExchange) => void, id: number, ids: Ids, logits: Float32Array): void {
  const buffer = new SharedArrayBuffer(8 + logits.length * 4);
  const state = new Int32Array(buffer, 0, 2);
  const shared = new Float32Array(buffer, 8);
  state[0] = 1;
  state[1] = logits.length;
  shared.set(logits);
  say({ kind: "rule", id, ids: [...ids], buffer });
  Atomics.wait(state, 0, 1);
  logits.set(shared);
}

/** Applies the rule and wakes the thread that asked, even if the rule throws. */
export function answerRule({ ids, buffer }: RuleExchange, rule: LogitRule | undefined): void {
  const state = new Int32Array(buffer, 0, 2);
  try {
    rule?.(ids, new Float32Array(buffer, 8, state[1]));
  } finally {
    Atomics.store(state, 0, 0);
    Atomics.notify(state, 0);
  }
}
