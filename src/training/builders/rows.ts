/** From texts and recorded calls to token rows. */
import type { Call } from "../../core/call.ts";
import type { Row } from "../../core/datum.ts";
import { UserError } from "../../core/errors.ts";
import type { Family, Form } from "../../core/family.ts";
import type { Model, Tokenizer } from "../../core/model.ts";
import type { Question } from "../../core/task.ts";

/** The tokenizer of the model to train. Throws UserError for a model that has none here. */
export function tokenizerOf(model: Model): Tokenizer {
  if (model.tokenizer) return model.tokenizer;
  throw new UserError(
    `Model ${model.name} has no tokenizer here, so no training rows can be built for it.`,
    "Train an engine of ours, or export the data as text.",
  );
}

/**
 * The row of a reply to a question. The tokens that a call recorded are taken where it was asked the same and wrote that
 * reply; otherwise (relabelled, corrected, merged from several calls) prompt and reply are encoded anew.
 */
export function replyRow(prompt: string, reply: string, tokenizer: Tokenizer, call?: Call): Row {
  const asked = tokenizer.encode(prompt);
  const recorded = call !== undefined && call.text === reply && call.prompt.join() === asked.join();
  return { ids: [...asked, ...(recorded ? call.output : tokenizer.encode(reply))], from: asked.length };
}

export interface StepWeights {
  /** The word after which a step states its result. */
  readonly after: string;
  /** Weight of a step's tokens up to that word (free choices); the word and what follows keep 1. */
  readonly before: number;
}

const lengths = new WeakMap<Tokenizer, Map<number, number>>();

/** Characters that a token adds to a text, white space aside. */
function lengthOf(tokenizer: Tokenizer, id: number): number {
  const known = lengths.get(tokenizer) ?? new Map<number, number>();
  lengths.set(tokenizer, known);
  let length = known.get(id);
  if (length === undefined) known.set(id, (length = tokenizer.decode([id]).replaceAll(/\s/gu, "").length));
  return length;
}

/**
 * A row with loss weights by the steps of its reply: free choices weigh `before`, results 1, steps without the word 1.
 * Tokens are matched to steps by their characters, white space aside.
 */
export function weighted(
  row: Row,
  family: Family,
  question: Question,
  reply: string,
  form: Form,
  tokenizer: Tokenizer,
  o: StepWeights,
): Row {
  if (o.before === 1) return row;
  const words = family.parse(question, reply, form).steps.flatMap(({ text }) => {
    const step = text.split(/\s+/u).filter((word) => word !== "");
    const at = step.indexOf(o.after);
    return step.map((word, i) => ({ length: word.length, weight: i < at ? o.before : 1 }));
  });
  const mask = row.ids.map(() => 0);
  let word = 0;
  let left = words[0]?.length ?? 0;
  for (let t = row.from; t < row.ids.length; t++) {
    mask[t] = words[word]?.weight ?? 1;
    left -= lengthOf(tokenizer, row.ids[t]);
    while (left <= 0 && word < words.length) left += words[++word]?.length ?? 0;
  }
  return { ...row, mask };
}
