import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Ids } from "../core/call.ts";
import { messageOf, UserError } from "../core/errors.ts";
import type { AdamW, Capabilities, Model, Output, Outputs, Sequence, Trainable } from "../core/model.ts";
import {
  copyTables,
  eachRow,
  optimizerFile,
  rowOf,
  TableOptimizer,
  type Tables,
  tablesFile,
  tablesFromJson,
  tablesToJson,
} from "./tables.ts";
import { POLICY, TabularModel, type TabularOptions } from "./tabular-model.ts";
import { wordsOf } from "./words.ts";

const FILE = "tabular.json";

const checkpointFile = z.object({
  format: z.literal("autodidact tabular 1"),
  words: z.array(z.string()),
  weights: tablesFile,
  optimizer: optimizerFile.optional(),
});

/**
 * An exact softmax policy: one row of logits per context over a tiny vocabulary, float64 inside, gradients in closed
 * form (fixture TAB of the specification). Every head is a table of values per context of its own.
 */
export class Tabular extends TabularModel implements Trainable {
  readonly #references = new Map<string, TabularModel>();
  #gradients: Tables = new Map();
  #optimizer: TableOptimizer;

  constructor(options: TabularOptions) {
    super(options, new Map());
    this.#optimizer = new TableOptimizer(options.optimizer ?? "adamw");
    for (const [context, row] of Object.entries(options.logits ?? {})) this.setLogits(context, row);
  }

  override get can(): Capabilities {
    const heads = Object.keys(this.options.heads ?? {}).map((head): Output => `head:${head}`);
    const references = [...this.#references.keys()].map((name): Output => `klTo:${name}`);
    return { ...super.can, train: true, outputs: ["logprob", "entropy", ...heads, ...references] };
  }

  setLogits(context: string, row: ArrayLike<number>): void {
    const size = this.tokenizer.size;
    if (row.length !== size) {
      throw new UserError(`${row.length} logits for the context "${context}"`, `give ${size}, one a word`);
    }
    rowOf(this.weights, POLICY, context, size).set(row);
    this.changed();
  }

  /** ∂loss/∂logits of a context as accumulated since the last step, a copy. */
  gradient(context: string): Float64Array {
    return this.#gradients.get(POLICY)?.get(context)?.slice() ?? new Float64Array(this.tokenizer.size);
  }

  /** Number of values a token of an output. Throws UserError for one that the model does not offer. */
  #width(output: Output): number {
    if (!this.can.outputs.includes(output)) this.#refuse(output);
    return output.startsWith("head:") ? (this.options.heads?.[output.slice(5)] ?? 1) : 1;
  }

  async forward(batch: readonly Sequence[], want: readonly Output[]): Promise<Outputs> {
    const outputs: Outputs = {};
    for (const output of want) {
      const width = this.#width(output);
      outputs[output] = batch.map(({ ids }) => {
        const values = new Float32Array(this.idsOf({ ids }).length * width);
        for (let t = 0; t < ids.length; t++) {
          if (output.startsWith("head:")) {
            const row = this.weights.get(output)?.get(this.contextOf(ids.slice(0, t + 1)));
            if (row) values.set(row, t * width);
          } else if (t > 0) {
            values[t] = this.#value(output, ids.slice(0, t), ids[t]);
          }
        }
        return values;
      });
    }
    return outputs;
  }

  /** What an output says of a token after its predecessors. */
  #value(output: Output, before: Ids, id: number): number {
    const own = this.logprobs(before);
    if (output === "logprob") return own[id];
    const sum = this.#terms(output, before, own).reduce((total, term) => total + term, 0);
    return output === "entropy" ? -sum : sum;
  }

  async backward(batch: readonly Sequence[], gradients: Outputs): Promise<void> {
    for (const name of Object.keys(gradients)) {
      if (!this.can.outputs.some((output) => output === name)) this.#refuse(name);
    }
    const given = this.can.outputs.flatMap((output) => {
      const arrays = gradients[output];
      return arrays ? [{ output, arrays, width: this.#width(output) }] : [];
    });
    for (const { output, arrays, width } of given) {
      if (arrays.length !== batch.length || batch.some(({ ids }, i) => arrays[i].length !== ids.length * width)) {
        throw new UserError(`gradients of ${output} do not fit the batch`, `give ${width} a token of every sequence`);
      }
    }
    for (const [i, { ids }] of batch.entries()) {
      this.idsOf({ ids });
      for (const { output, arrays, width } of given) {
        for (let t = 0; t < ids.length; t++) {
          this.#accumulate(output, ids, t, arrays[i].subarray(t * width, (t + 1) * width));
        }
      }
    }
  }

  /** Adds ∂loss/∂parameters that follows from ∂loss/∂output at token t. */
  #accumulate(output: Output, ids: Ids, t: number, d: Float32Array): void {
    if (output.startsWith("head:")) {
      const row = rowOf(this.#gradients, output, this.contextOf(ids.slice(0, t + 1)), d.length);
      for (let k = 0; k < d.length; k++) row[k] += d[k];
      return;
    }
    if (t === 0 || d[0] === 0) return;
    const before = ids.slice(0, t);
    const own = this.logprobs(before);
    const row = rowOf(this.#gradients, POLICY, this.contextOf(before), own.length);
    if (output === "logprob") {
      for (let k = 0; k < row.length; k++) row[k] += d[0] * ((k === ids[t] ? 1 : 0) - Math.exp(own[k]));
      return;
    }
    const terms = this.#terms(output, before, own);
    const sum = terms.reduce((total, term) => total + term, 0);
    const sign = output === "entropy" ? -1 : 1;
    // ∂KL/∂z_k = p_k (log p_k − log q_k − KL).
    for (let k = 0; k < row.length; k++) row[k] += sign * d[0] * (terms[k] - Math.exp(own[k]) * sum);
  }

  /** p · (log p − log q) of each token: KL(π‖ref) is their sum, and the entropy minus their sum with log q = 0. */
  #terms(output: Output, before: Ids, own: Float64Array): Float64Array {
    const against = output === "entropy" ? undefined : this.#reference(output).logprobs(before);
    return own.map((log, k) => (log === -Infinity ? 0 : Math.exp(log) * (log - (against?.[k] ?? 0))));
  }

  #reference(output: Output): TabularModel {
    return this.#references.get(output.slice("klTo:".length)) ?? this.#refuse(output);
  }

  #refuse(output: string): never {
    throw new UserError(
      `the tabular model has no output ${output}`,
      `it offers ${this.can.outputs.join(", ")}; reference(name, model) adds klTo:name`,
    );
  }

  async step(o: AdamW): Promise<{ gradNorm: number; skipped: boolean }> {
    const report = this.#optimizer.step(this.weights, this.#gradients, o);
    this.#gradients = new Map();
    this.changed();
    return report;
  }

  async clone(): Promise<Tabular> {
    const copy = new Tabular({ ...this.options, logits: {} });
    copy.weights = copyTables(this.weights);
    copy.#optimizer = this.#optimizer.copy();
    for (const [name, model] of this.#references) copy.#references.set(name, model);
    return copy;
  }

  async freeze(): Promise<TabularModel> {
    return new TabularModel(this.options, copyTables(this.weights));
  }

  async reference(name: string, model: Model): Promise<void> {
    if (!(model instanceof TabularModel) || model instanceof Tabular) {
      throw new UserError(`${model.name} cannot be the reference ${name}`, "give a frozen copy of a tabular model");
    }
    this.#assertSameWords(wordsOf(model.tokenizer), "the reference");
    this.#references.set(name, model);
  }

  async blend(other: Trainable, w: number): Promise<void> {
    if (!(other instanceof Tabular)) {
      throw new UserError(`a tabular model cannot be blended with ${other.name}`, "blend models of the same engine");
    }
    this.#assertSameWords(wordsOf(other.tokenizer), "the other model");
    for (const [table, context, row] of eachRow(other.weights)) rowOf(this.weights, table, context, row.length);
    for (const [table, context, row] of eachRow(this.weights)) {
      const theirs = other.weights.get(table)?.get(context);
      for (let k = 0; k < row.length; k++) row[k] = (1 - w) * row[k] + w * (theirs?.[k] ?? 0);
    }
    this.changed();
  }

  #assertSameWords(words: readonly string[], of: string): void {
    const own = wordsOf(this.tokenizer);
    if (words.length !== own.length || words.some((word, id) => word !== own[id])) {
      throw new UserError(`${of} has other words than the tabular model`, "use models with the same vocabulary");
    }
  }

  async resetOptimizer(): Promise<void> {
    this.#optimizer.load(undefined);
  }

  async save(dir: string, o: { optimizer: boolean }): Promise<void> {
    const file: z.infer<typeof checkpointFile> = {
      format: "autodidact tabular 1",
      words: wordsOf(this.tokenizer),
      weights: tablesToJson(this.weights),
      ...(o.optimizer ? { optimizer: this.#optimizer.toJson() } : {}),
    };
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, FILE), JSON.stringify(file));
  }

  /** Takes over weights, and the optimizer's state where the checkpoint has one (else it starts anew). */
  async load(dir: string): Promise<void> {
    const path = join(dir, FILE);
    const file = await readCheckpoint(path);
    this.#assertSameWords(file.words, path);
    const sizes = new Map([[POLICY, file.words.length], ...Object.entries(this.options.heads ?? {}).map(headSize)]);
    for (const [table, rows] of Object.entries(file.weights)) {
      for (const [context, row] of Object.entries(rows)) {
        if (row.length !== sizes.get(table)) {
          throw new UserError(`${path}: row "${context}" of ${table} does not fit`, "load into a model with its heads");
        }
      }
    }
    this.weights = tablesFromJson(file.weights);
    this.#optimizer.load(file.optimizer);
    this.#gradients = new Map();
    this.changed();
  }
}

const headSize = ([head, size]: [string, number]): [string, number] => [`head:${head}`, size];

async function readCheckpoint(path: string): Promise<z.infer<typeof checkpointFile>> {
  try {
    return checkpointFile.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${messageOf(error)}`, "give a folder that a tabular model saved", error);
  }
}

/** A trainable tabular policy. */
export function tabular(options: TabularOptions): Tabular {
  return new Tabular(options);
}
