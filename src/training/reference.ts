import type { Row } from "../core/datum.ts";
import { UserError } from "../core/errors.ts";
import type { Model } from "../core/model.ts";

/** Log-probs of a frozen reference, each row scored once. */
export class Reference {
  readonly #model: Model;
  readonly #known = new WeakMap<Row, Float32Array>();

  constructor(model: Model) {
    this.#model = model;
  }

  /** log π_ref of each row's ids, 0 in the prompt. Throws UserError if the model cannot score. */
  async score(rows: readonly Row[]): Promise<Float32Array[]> {
    const fresh = [...new Set(rows)].filter((row) => !this.#known.has(row));
    if (fresh.length > 0) {
      if (!this.#model.score) {
        throw new UserError(
          `Model ${this.#model.name} cannot serve as a reference: it does not score given tokens.`,
          "Choose an engine that offers teacher-forced log-probs, or an objective without a reference (its β = 0).",
        );
      }
      const scores = await this.#model.score(
        fresh.map((row) => ({ prompt: { ids: row.ids.slice(0, row.from) }, ids: row.ids.slice(row.from) })),
      );
      fresh.forEach((row, i) => {
        const aligned = new Float32Array(row.ids.length);
        aligned.set(scores[i], row.from);
        this.#known.set(row, aligned);
      });
    }
    return rows.map((row) => this.#known.get(row) ?? new Float32Array(row.ids.length));
  }
}
