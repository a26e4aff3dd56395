/** Groups, models and contexts for the tests of judges. */
import { noCost } from "../core/call.ts";
import type { Family } from "../core/family.ts";
import type { Group } from "../core/group.ts";
import type { Judgement } from "../core/judgement.ts";
import type { Model } from "../core/model.ts";
import type { Solution } from "../core/solution.ts";
import type { Task } from "../core/task.ts";
import { Tabular } from "../engine/tabular.ts";
import { scripted, type Rule, type Scripted } from "../engine/scripted.ts";

export interface Given {
  readonly id?: string;
  readonly text?: string;
  readonly steps?: readonly string[];
  readonly answer?: string;
}

/** A solution by its text or its steps. */
export function solutionOf({ id = "s", text, steps = [], answer }: Given): Solution {
  return {
    id,
    taskId: "t",
    text: text ?? steps.join(" "),
    steps: steps.map((step) => ({ text: step })),
    ...(answer === undefined ? {} : { answer }),
    by: [],
    cost: noCost,
  };
}

export const taskOf = (family: string, text: string, secret: Task["secret"] = {}): Task => ({
  id: "t",
  family,
  text,
  origin: { by: "test", parents: [], seed: "1", split: "eval" },
  by: [],
  secret,
});

/** A group of a question in free text. */
export const groupOf = (
  text: string,
  solutions: readonly Given[],
  { judgements = [], family = "open" }: { judgements?: readonly Judgement[]; family?: string } = {},
): Group => ({
  task: taskOf(family, text),
  solutions: solutions.map((given, i) => solutionOf({ id: `s${i}`, ...given })),
  judgements,
  trees: [],
  episodes: [],
});

/** A scripted chat model: messages in, text out, no ids and no log-probs. */
export function chat(rules: readonly Rule[]): { readonly model: Model; readonly script: Scripted } {
  const script = scripted(rules);
  const can = { logprobs: false, next: false, score: false, train: false, ids: false, batch: 8, outputs: [] };
  return {
    script,
    model: { name: "chat", version: script.version, can, sample: (prompt, o) => script.sample(prompt, o) },
  };
}

/** A family whose prompt is the question and nothing else. */
export const plain = (id: string, words: readonly string[]): Family => ({
  id,
  about: "for tests",
  words,
  errors: [],
  difficulty: { min: 1, max: 1, unit: "none" },
  end: ";",
  delimiter: "",
  generate: () => taskOf(id, ""),
  key: ({ text }) => text,
  question: (text) => ({ id: "t", family: id, text }),
  prompt: ({ text }) => text,
  maxTokens: () => 8,
  parse: (_, text) => ({
    wellFormed: text.endsWith(";"),
    steps: text.split(" ").map((step) => ({ text: step })),
    answer: text,
  }),
  verify: () => ({ correct: false, wellFormed: true, steps: [], firstError: 0 }),
  play: () => undefined,
  solve: () => undefined,
  hint: () => undefined,
  critique: () => "",
  judgeCritique: () => ({ wellFormed: false, locates: false, kind: false, fixes: false }),
  proposal: () => "",
  propose: () => undefined,
});

/** The words of the family `plain` and of tables. */
export const words = ["q", "a", "b", "c", ";"];

/** A trainable table whose head says `values` after the given contexts (the words so far). */
export async function withHead(
  head: string,
  classes: number,
  values: Record<string, readonly number[]>,
): Promise<Tabular> {
  const model = new Tabular({ words, heads: { [head]: classes }, optimizer: "sgd" });
  for (const [text, row] of Object.entries(values)) {
    const ids = model.tokenizer.encode(text);
    const gradient = new Float32Array(ids.length * classes);
    gradient.set(
      row.map((value) => -value),
      (ids.length - 1) * classes,
    );
    await model.backward([{ ids }], { [`head:${head}`]: [gradient] });
  }
  await model.step({ lr: 1 });
  return model;
}
