/** What a server can do, found out by tiny requests: many ignore silently what they do not know. */
import { UserError } from "../../core/errors.ts";
import { Fault } from "../endpoint.ts";
import { costOfUsage } from "../remote.ts";
import { addCost, noCost, type Cost } from "../../core/call.ts";
import { type Api, type Limit, pathOf } from "./body.ts";
import { probes } from "./probes.ts";
import { type Choice, readReply, readStream, type Reply } from "./reply.ts";
import type { Body, Transport } from "./transport.ts";

export const capabilities = [
  "api",
  "limit",
  "n",
  "seed",
  "logprobs",
  "topLogprobs",
  "ids",
  "idPrompts",
  "echo",
  "tokenize",
  "stops",
  "stream",
  "prefix",
  "topK",
  "json",
  "regex",
  "choice",
  "grammar",
] as const;
export type Capability = (typeof capabilities)[number];

/** A capability, and what showed it. `value` false: not there. */
export interface Finding {
  readonly value: string | number | boolean;
  readonly how: string;
}
export type Findings = Partial<Record<Capability, Finding>>;

/** Where findings outlive the process. */
export interface ProbeCache {
  get(): Findings;
  set(found: Findings): void;
}

/** A request that the server understood and refused, or failed at. */
export interface Refused {
  readonly refused: string;
}

/** Statuses that say "not with these parameters" or "not here"; others say something of the server or the key. */
const speaking = new Set([400, 404, 405, 415, 422, 501]);
/** Tries of a probe: a server that fails at a parameter counts as one that refuses it. */
const tries = 2;

export class Prober {
  readonly transport: Transport;
  readonly model: string;
  readonly #found = new Map<Capability, Promise<Finding>>();
  readonly #cache: ProbeCache | undefined;
  #done: Findings;
  #cost: Cost = noCost;
  #requests = 0;

  /** `given`: what is known and need not be tried. */
  constructor(transport: Transport, model: string, given: Findings, cache?: ProbeCache) {
    this.transport = transport;
    this.model = model;
    this.#cache = cache;
    this.#done = { ...cache?.get(), ...given };
    for (const name of capabilities) {
      const finding = this.#done[name];
      if (finding) this.#found.set(name, Promise.resolve(finding));
    }
  }

  /** What was found so far. */
  get findings(): Findings {
    return this.#done;
  }

  /** Spent on probes; tokens as the server counts them. */
  get cost(): Cost {
    return this.#cost;
  }

  /** Requests made. */
  get requests(): number {
    return this.#requests;
  }

  get(name: Capability): Promise<Finding> {
    const known = this.#found.get(name);
    if (known) return known;
    const found = this.#probe(name);
    this.#found.set(name, found);
    // A server that could not be reached may be asked again.
    found.catch(() => this.#found.delete(name));
    return found;
  }

  async #probe(name: Capability): Promise<Finding> {
    const finding = await probes[name](this);
    this.#done = { ...this.#done, [name]: finding };
    this.#cache?.set(this.#done);
    return finding;
  }

  async has(name: Capability): Promise<boolean> {
    return (await this.get(name)).value !== false;
  }

  async api(): Promise<Api> {
    return (await this.get("api")).value === "chat" ? "chat" : "completions";
  }

  async limit(): Promise<Limit> {
    return (await this.get("limit")).value === "max_completion_tokens" ? "max_completion_tokens" : "max_tokens";
  }

  /** Everything, for a list. */
  async all(): Promise<Findings> {
    await Promise.all(capabilities.map((name) => this.get(name)));
    return this.#done;
  }

  /** One request in the API that the server has. */
  async ask(text: string, tokens: number, more: Body = {}): Promise<Reply | Refused> {
    const api = await this.api();
    const prompt = api === "chat" ? { messages: [{ role: "user", content: text }] } : { prompt: text };
    return this.post(pathOf[api], { ...prompt, [await this.limit()]: tokens, ...more });
  }

  post(path: string, body: Body): Promise<Reply | Refused> {
    return this.#try(() => this.transport.json(path, { model: this.model, ...body }, readReply, { attempts: tries }));
  }

  /** A streamed reply: its only choice, and how many pieces it came in. */
  async streamed(text: string, tokens: number, more: Body): Promise<{ choice: Choice; pieces: number } | Refused> {
    const api = await this.api();
    const prompt = api === "chat" ? { messages: [{ role: "user", content: text }] } : { prompt: text };
    const body = { model: this.model, ...prompt, [await this.limit()]: tokens, stream: true, ...more };
    let pieces = 0;
    const count = (): boolean => ++pieces > 0;
    const reply = await this.#try(() =>
      this.transport.stream(pathOf[api], body, (chunks) => readStream(chunks, 1, count, () => false), {
        attempts: tries,
      }),
    );
    return "refused" in reply ? reply : { choice: reply.choices[0], pieces };
  }

  async #try(request: () => Promise<Reply>): Promise<Reply | Refused> {
    this.#requests++;
    try {
      const reply = await request();
      this.#cost = addCost(this.#cost, costOfUsage(reply.usage ?? { input: 0, cached: 0, output: 0 }, undefined));
      return reply;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.status === 401 || error.status === 403) {
        throw new UserError(
          `${this.transport.baseURL} does not take the key: ${error.message}`,
          "put a valid key into the environment variable that the model's settings name",
          error,
        );
      }
      const refused = error.status !== undefined && (speaking.has(error.status) || error.status >= 500);
      const unreadable = error.status === undefined && error.kind === "passing" && !error.message.startsWith("no ");
      if (refused || unreadable) return { refused: error.message };
      throw new UserError(
        `${this.transport.baseURL} could not be asked what it can do: ${error.message}`,
        "check the address, and that the server runs",
        error,
      );
    }
  }
}
