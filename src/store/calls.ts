import type { SQLOutputValue } from "node:sqlite";
import { type Call, type CallId, roles } from "../core/call.ts";
import { failpoint } from "../core/failpoint.ts";
import { pack, packNumbers, unpack, unpackNumbers } from "./codec.ts";
import { asBytes, asNumber, asText, type Database, onDisk, orNull } from "./database.ts";
import type { Position } from "./tables.ts";

const insert = `INSERT OR IGNORE INTO calls VALUES (${Array.from({ length: 17 }, () => "?").join()})`;

/** Calls are written when so many wait, or the first has waited so long (milliseconds). */
const batch = 8192;
const delay = 500;

interface Pending {
  readonly at: Position;
  readonly call: Call;
  readonly time: number;
}

/** The calls of a run: written in batches as they come, read by id. */
export class CallTable {
  readonly #db: Database;
  readonly #dir: string;
  readonly #pending = new Map<CallId, Pending>();
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;
  /** Ids that an interrupted round recorded and that nobody has asked for since. */
  readonly #orphans = new Set<CallId>();

  constructor(db: Database, dir: string) {
    this.#db = db;
    this.#dir = dir;
  }

  /** Remembers the calls after a position: what an interrupted round left, to be replayed or, if not, to be removed. */
  adopt(last: Position | undefined): void {
    const { phase, round } = last ?? { phase: -1, round: -1 };
    const left = this.#db.rows("SELECT id FROM calls WHERE (phase, round) > (?, ?)", [phase, round]);
    for (const row of left) this.#orphans.add(asText(row.id));
  }

  put(at: Position, call: Call): void {
    this.#orphans.delete(call.id);
    if (!this.#pending.has(call.id)) this.#pending.set(call.id, { at, call, time: Date.now() });
    if (this.#pending.size >= batch || this.#failure !== undefined) this.flush();
    else this.#timer ??= setTimeout(() => this.#flushLater(), delay).unref();
  }

  get(id: CallId): Call | undefined {
    this.#orphans.delete(id);
    const pending = this.#pending.get(id);
    if (pending !== undefined) return pending.call;
    const row = onDisk("reading calls", this.#dir, () =>
      this.#db.statement("SELECT * FROM calls WHERE id = ?").get(id),
    );
    return row === undefined ? undefined : decode(row);
  }

  /** Writes what waits. After an error it still waits, and the next flush tries again. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (this.#pending.size === 0) return;
    onDisk("recording calls", this.#dir, () =>
      this.#db.transaction(() => {
        const statement = this.#db.statement(insert);
        for (const { at, call, time } of this.#pending.values()) {
          const { cost } = call;
          const request = pack(call.request);
          statement.run(
            call.id,
            at.phase,
            at.round,
            call.role,
            call.model,
            packNumbers(call.prompt),
            packNumbers(call.output),
            call.text,
            call.logprobs === undefined ? null : packNumbers(call.logprobs),
            request.body,
            request.numbers,
            call.seed,
            cost.calls,
            cost.inputTokens,
            cost.outputTokens,
            cost.money ?? null,
            time,
          );
        }
        failpoint("ledger-flush");
      }),
    );
    this.#pending.clear();
  }

  /** Part of a round's transaction: removes the orphans, which an uninterrupted run would not have. */
  removeOrphans(): void {
    const statement = this.#db.statement("DELETE FROM calls WHERE id = ?");
    for (const id of this.#orphans) statement.run(id);
  }

  forgetOrphans(): void {
    this.#orphans.clear();
  }

  /** A timer has no caller to throw to: the next put or flush throws for it. */
  #flushLater(): void {
    try {
      this.flush();
    } catch (error) {
      this.#failure = error;
    }
  }
}

function decode(row: Record<string, SQLOutputValue>): Call {
  const role = roles.find((known) => known === row.role);
  if (role === undefined) throw new TypeError(`the ledger names an unknown role ${String(row.role)}`);
  const logprobs = orNull(asBytes, row.logprobs);
  const money = orNull(asNumber, row.money);
  return {
    id: asText(row.id),
    role,
    model: asText(row.model),
    prompt: Array.from(unpackNumbers(asBytes(row.prompt))),
    output: Array.from(unpackNumbers(asBytes(row.output))),
    text: asText(row.text),
    ...(logprobs === null ? {} : { logprobs: new Float32Array(unpackNumbers(logprobs)) }),
    request: unpack({ body: asText(row.request), numbers: orNull(asBytes, row.request_numbers) }),
    seed: asText(row.seed),
    cost: {
      calls: asNumber(row.calls),
      inputTokens: asNumber(row.input_tokens),
      outputTokens: asNumber(row.output_tokens),
      ...(money === null ? {} : { money }),
    },
  };
}
