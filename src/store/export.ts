import { type Datum, type Row, rowsOf } from "../core/datum.ts";
import type { Json } from "../core/json.ts";
import type { Tokenizer } from "../core/model.ts";
import type { Ledger } from "./ledger.ts";

export interface ExportOptions {
  /** Only these kinds of data. Default all. */
  readonly kinds?: readonly Datum["kind"][];
  /** Only these streams. Default all. */
  readonly sources?: readonly string[];
  /** Adds token ids, masks and log π_old of every sequence, as `rows`. */
  readonly ids?: boolean;
}

/**
 * The training data of a run as JSON lines, oldest first. Texts are named as trainers of the Hugging Face world read
 * them: sft `prompt`, `completion`; pair `prompt`, `chosen`, `rejected`; unary and critique `prompt`, `completion`,
 * `label`; ranked `prompt`, `completions`, `rewards`; rl `segments` of `prompt` and `completion`, with `group`, `reward`
 * and, if set, `advantages` a token; value `targets` a token, null where there is none. Every line has kind, id, task,
 * source and the ids of the calls it was made from.
 */
export function* exportData(ledger: Ledger, tokenizer: Tokenizer, o: ExportOptions = {}): Generator<Json> {
  for (const datum of ledger.rows("data")) {
    if (o.kinds !== undefined && !o.kinds.includes(datum.kind)) continue;
    if (o.sources !== undefined && !o.sources.includes(datum.source)) continue;
    const { kind, id, taskId: task, source, by: calls } = datum;
    const rows = o.ids === true ? { rows: rowsOf(datum).map(idsOf) } : {};
    yield { kind, id, task, source, calls, ...textsOf(datum, tokenizer), ...rows };
  }
}

const promptOf = (row: Row, tokenizer: Tokenizer): string => tokenizer.decode(row.ids.slice(0, row.from));
const completionOf = (row: Row, tokenizer: Tokenizer): string => tokenizer.decode(row.ids.slice(row.from));
const example = (row: Row, tokenizer: Tokenizer): { prompt: string; completion: string } => ({
  prompt: promptOf(row, tokenizer),
  completion: completionOf(row, tokenizer),
});
const idsOf = ({ ids, from, mask, old }: Row): Json => ({ ids, from, mask, old });

function textsOf(datum: Datum, tokenizer: Tokenizer): { readonly [field: string]: Json | undefined } {
  switch (datum.kind) {
    case "sft":
      return { ...example(datum.row, tokenizer), weight: datum.weight };
    case "pair":
      return {
        prompt: promptOf(datum.chosen, tokenizer),
        chosen: completionOf(datum.chosen, tokenizer),
        rejected: completionOf(datum.rejected, tokenizer),
        margin: datum.margin,
      };
    case "unary":
      return { ...example(datum.row, tokenizer), label: datum.good };
    case "critique":
      return { ...example(datum.row, tokenizer), label: datum.label };
    case "ranked":
      return {
        prompt: datum.rows.length === 0 ? "" : promptOf(datum.rows[0], tokenizer),
        completions: datum.rows.map((row) => completionOf(row, tokenizer)),
        rewards: datum.rewards,
      };
    case "rl":
      return {
        segments: datum.segments.map((row) => example(row, tokenizer)),
        group: datum.group,
        reward: datum.reward,
        dense: datum.dense,
        advantages: datum.advantages,
      };
    case "value":
      return {
        ...example(datum.row, tokenizer),
        head: datum.head,
        targets: datum.targets.map((target) => (Number.isNaN(target) ? null : target)),
      };
  }
}
