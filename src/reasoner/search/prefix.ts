import type { Ids } from "../../core/call.ts";
import type { Context } from "../../core/context.ts";
import { UserError } from "../../core/errors.ts";
import type { Cursor, Model, Tokenizer } from "../../core/model.ts";

/** Ids that a model has read, and what it expects next. */
export interface Prefix {
  readonly ids: Ids;
  /** log π(next token) over the whole vocabulary in id order. */
  readonly logprobs: Float32Array;
  readonly cursor: Cursor | null;
}

/** Ids to read after a prefix, or from the start. */
export interface Reading {
  readonly after: Prefix | null;
  readonly ids: Ids;
}

/** Reads on: a model's next-token distributions, with the cost spent from the context's budget. */
export interface Reader {
  readonly tokenizer: Tokenizer;
  /** One call of the model; every id read after a prefix counts as a generated token, others as input. */
  read(rows: readonly Reading[]): Promise<Prefix[]>;
}

/** The reader of the reasoner's model. Throws UserError if that model gives no distributions of next tokens. */
export function reader(c: Context, method: string): Reader {
  const model = c.model("reasoner");
  const { tokenizer } = model;
  if (tokenizer === undefined || !model.can.ids || !(model.extend ?? model.next)) {
    throw new UserError(
      `${method} needs next-token distributions, which the model ${model.name} does not give.`,
      "Use a model that does, such as the embedded one, or a search over sampled steps.",
    );
  }
  return {
    tokenizer,
    read: async (rows) => {
      const outputTokens = rows.reduce((sum, row) => sum + (row.after === null ? 0 : row.ids.length), 0);
      const inputTokens = rows.reduce((sum, row) => sum + (row.after === null ? row.ids.length : 0), 0);
      const prefixes = await readAll(model, rows);
      c.budget.spend({ calls: 1, inputTokens, outputTokens });
      return prefixes;
    },
  };
}

async function readAll(model: Model, rows: readonly Reading[]): Promise<Prefix[]> {
  const ids = rows.map((row) => [...(row.after?.ids ?? []), ...row.ids]);
  if (model.extend) {
    const nodes = await model.extend(rows.map((row) => ({ parent: row.after?.cursor ?? null, ids: row.ids })));
    return nodes.map(({ cursor, logprobs }, i) => ({ ids: ids[i], logprobs, cursor }));
  }
  const next =
    (await model.next?.(
      ids.map((read) => ({ ids: read })),
      "all",
    )) ?? [];
  return next.map(({ logprobs }, i) => ({ ids: ids[i], logprobs, cursor: null }));
}
