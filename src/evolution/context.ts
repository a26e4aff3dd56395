import { Budget } from "../core/budget.ts";
import { addCost, noCost, type Call, type CallId, type Role } from "../core/call.ts";
import type { CollectContext, Context, RunEvent, Sample, Tool } from "../core/context.ts";
import type { Evaluator, Guide } from "../core/contracts.ts";
import { UserError } from "../core/errors.ts";
import type { Family } from "../core/family.ts";
import { hash, type Json } from "../core/json.ts";
import type { Judgement } from "../core/judgement.ts";
import type { Completion, Model, Prompt, Sampling } from "../core/model.ts";
import { random, type Random } from "../core/random.ts";
import type { Solution } from "../core/solution.ts";
import type { Task } from "../core/task.ts";
import { SampleError } from "../engine/remote.ts";

/** Where calls are kept, and found again when a run is resumed or replayed. */
export interface CallStore {
  getCall(id: CallId): Call | undefined;
  putCall(call: Call): void;
}

/** Calls in memory: for one-off solving, evaluation and tests. */
export function memoryCalls(): CallStore {
  const calls = new Map<CallId, Call>();
  return { getCall: (id) => calls.get(id), putCall: (call) => void calls.set(call.id, call) };
}

export interface ContextParts {
  readonly models: Partial<Record<Role, Model>>;
  readonly families: ReadonlyMap<string, Family>;
  readonly calls: CallStore;
  /** Everything random follows from it. */
  readonly seed: string;
  readonly signal?: AbortSignal;
  readonly budget?: Budget;
  readonly tools?: Readonly<Record<string, Tool>>;
  readonly evaluator?: Evaluator;
  readonly guide?: Guide;
  readonly emit?: (event: RunEvent) => void;
}

const notAsked: Json = null;

/** What determines a completion besides prompt, model, seed and index. */
function requestOf(prompt: Prompt, o: Sampling): { [key: string]: Json } {
  return {
    messages: "messages" in prompt ? prompt.messages.map(({ role, content }) => ({ role, content })) : notAsked,
    maxTokens: o.maxTokens,
    temperature: o.temperature ?? 1,
    topK: o.topK ?? notAsked,
    topP: o.topP ?? notAsked,
    stop: o.stop ?? notAsked,
    rules: o.logits !== undefined,
  };
}

/** Composes models, families, ledger, seed and budget into what methods see. */
export function makeContext(parts: ContextParts): Context {
  return build(parts, random(parts.seed), {
    budget: parts.budget ?? new Budget(),
    signal: parts.signal ?? new AbortController().signal,
    evaluator: parts.evaluator,
    guide: parts.guide,
  });
}

interface Variable {
  readonly budget: Budget;
  readonly signal: AbortSignal;
  readonly evaluator?: Evaluator;
  readonly guide?: Guide;
}

function build(parts: ContextParts, source: Random, now: Variable): Context {
  const model = (role: Role): Model => {
    const found = parts.models[role];
    if (!found)
      throw new UserError(
        `This run has no model for the role "${role}".`,
        `Give one for it, or use a method that does not need it.`,
      );
    return found;
  };

  async function sample(role: Role, prompt: Prompt, o: Sampling): Promise<Sample[]> {
    const from = model(role);
    const request = requestOf(prompt, o);
    const ids = "ids" in prompt ? prompt.ids : [];
    const stem = hash([from.version, request, [...ids], o.seed]);
    const wanted = o.only ?? Array.from({ length: o.n }, (_, i) => i);
    const callIds = wanted.map((i) => `${stem}-${i}`);
    const known = callIds.map((id) => parts.calls.getCall(id));
    const missing = [...callIds.keys()].filter((at) => known[at] === undefined);
    const only = missing.map((at) => wanted[at]);
    const paid = known.filter((call) => call !== undefined).reduce((sum, call) => addCost(sum, call.cost), noCost);
    const found = known.map((call): Sample | undefined => call && { ...completionOf(call), call: call.id });
    now.budget.spend(paid);
    if (only.length > 0) {
      const hold = now.budget.reserve({ calls: only.length });
      let spent = noCost;
      try {
        const signal = deadlineOf(o.signal ?? now.signal, now.budget);
        const partly = only.length < o.n ? { only } : {};
        const drawn = await from.sample(prompt, { ...o, ...partly, signal });
        for (const [k, at] of missing.entries()) {
          const i = wanted[at];
          const completion = drawn[drawn.length === only.length ? k : i];
          const cost = completion.cost ?? {
            calls: 1,
            inputTokens: completion.promptTokens,
            outputTokens: completion.ids.length,
          };
          spent = addCost(spent, cost);
          const call: Call = {
            id: callIds[at],
            role,
            model: from.version,
            prompt: ids,
            output: completion.ids,
            text: completion.text,
            ...(completion.logprobs ? { logprobs: completion.logprobs } : {}),
            request: { ...request, finish: completion.finish },
            seed: `${o.seed}/${i}`,
            cost,
          };
          if (completion.finish !== "abort") parts.calls.putCall(call);
          found[at] = { ...completion, call: call.id };
        }
      } catch (error) {
        if (error instanceof SampleError) spent = error.cost;
        throw error;
      } finally {
        hold.settle(spent);
      }
    }
    return found.filter((completion) => completion !== undefined);
  }

  return {
    model,
    sample,
    call: (id) => {
      const call = parts.calls.getCall(id);
      if (!call)
        throw new UserError(
          `Call ${id} is not in this run's ledger.`,
          "The ledger is damaged, or the data come from another run.",
        );
      return call;
    },
    family: (id) => {
      const family = parts.families.get(id);
      if (!family)
        throw new UserError(`Unknown task family "${id}".`, `Known here: ${[...parts.families.keys()].join(", ")}.`);
      return family;
    },
    tools: parts.tools ?? {},
    evaluator: now.evaluator,
    guide: now.guide,
    random: source,
    signal: now.signal,
    budget: now.budget,
    emit: parts.emit ?? (() => {}),
    with: ({ label, ...change }) =>
      build(parts, label === undefined ? source : source.fork(label), { ...now, ...change }),
  };
}

/** The signal, and where the budget has a deadline, that too. */
function deadlineOf(signal: AbortSignal, budget: Budget): AbortSignal {
  const left = budget.timeLeft;
  return left === Infinity ? signal : AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(left))]);
}

const finishes = ["stop", "length", "abort"] as const satisfies readonly Completion["finish"][];

function completionOf(call: Call): Completion {
  const { request } = call;
  const said = request !== null && typeof request === "object" && "finish" in request ? request.finish : undefined;
  const finish = finishes.find((known) => known === said) ?? "stop";
  return {
    text: call.text,
    ids: call.output,
    ...(call.logprobs ? { logprobs: call.logprobs } : {}),
    finish,
    promptTokens: call.cost.inputTokens,
  };
}

/** A context that may ask the truth: for searches that gather training data, never for solving. */
export function collecting(
  c: Context,
  oracle: (task: Task, solutions: readonly Solution[]) => Promise<Judgement[]>,
): CollectContext {
  return { ...c, oracle };
}
