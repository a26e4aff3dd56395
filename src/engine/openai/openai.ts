/** Models behind any OpenAI-compatible server. */
import { z } from "zod";
import type { Cost, Ids } from "../../core/call.ts";
import { UserError } from "../../core/errors.ts";
import { hash } from "../../core/json.ts";
import type { Capabilities, Distribution, Model, Prompt, TokenScores } from "../../core/model.ts";
import { type Endpoint, endpointOptions, Fault, sharedEndpoint } from "../endpoint.ts";
import { type PriceTable, priceTable, pricing, type Usage } from "../price.ts";
import {
  failedCompletion,
  indicesOf,
  orThrow,
  runsOf,
  type RemoteCompletion,
  type RemoteSampling,
  serverSeed,
  stopEnd,
} from "../remote.ts";
import { checkSampling } from "../sampling.ts";
import { pathOf } from "./body.ts";
import { completionsOf, type Plan, planOf } from "./plan.ts";
import { capabilities, type Capability, type Finding, type Findings, type ProbeCache, Prober } from "./probe.ts";
import { type Piece, readReply, readStream, type Reply } from "./reply.ts";
import { nextTokens, scoreRows } from "./score.ts";
import { type Body, Transport } from "./transport.ts";

const official = "https://api.openai.com/v1";

export const openaiOptions = z.object({
  /** As the server calls it. */
  model: z.string().min(1),
  baseURL: z.url({ protocol: /^https?$/ }).default(official),
  /** The environment variable that holds the key. Default: OPENAI_API_KEY for OpenAI's own server, none for others. */
  keyFrom: z.string().min(1).optional(),
  api: z.enum(["auto", "chat", "completions"]).default("auto"),
  /** Limits of the pool, which all models of one server and key share. */
  endpoint: endpointOptions.partial().default({}),
  /** Prices of a million tokens. */
  prices: priceTable.default({}),
  /** Capabilities that are known, and so not tried. */
  known: z.partialRecord(z.enum(capabilities), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
export type OpenAIOptions = z.input<typeof openaiOptions>;

/** What the surroundings give: keys, and where findings about servers are kept. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cache?: (key: string) => ProbeCache;
}

/** Probes are made once a process for a server, a key and a model. */
const probers = new Map<string, Prober>();

/** Finds out what the server can do (a dozen tiny requests the first time) and gives the model. */
export async function openOpenAI(
  o: OpenAIOptions,
  { env = process.env, cache }: Surroundings = {},
): Promise<OpenAIModel> {
  const read = openaiOptions.safeParse(o);
  if (!read.success) {
    throw new UserError(`settings of the model are wrong: ${z.prettifyError(read.error)}`, "mend the named fields");
  }
  const { model, baseURL, api, endpoint: limits, prices } = read.data;
  const keyFrom = read.data.keyFrom ?? (baseURL === official ? "OPENAI_API_KEY" : undefined);
  const key = keyFrom === undefined ? "none" : env[keyFrom];
  if (key === undefined || key === "") {
    throw new UserError(`the environment variable ${keyFrom} is empty`, `put the key for ${baseURL} into it`);
  }
  const named = (value: string | number | boolean): Finding => ({ value, how: "given" });
  const known: Findings = {
    ...Object.fromEntries(Object.entries(read.data.known).map(([name, value]) => [name, named(value)])),
    ...(api === "auto" ? {} : { api: named(api) }),
  };
  const id = hash([baseURL, key, model, { ...read.data.known, api }]);
  const endpoint = sharedEndpoint(baseURL, key, limits);
  const prober =
    probers.get(id) ??
    new Prober(new Transport({ baseURL, key, endpoint }), model, known, cache?.(hash([baseURL, model, api])));
  probers.set(id, prober);
  const needed = ["api", "limit", "seed", "logprobs", "ids", "echo"] as const satisfies readonly Capability[];
  await prober.get("api");
  await Promise.all(needed.map((name) => prober.get(name)));
  return new OpenAIModel(prober, prices);
}

export class OpenAIModel implements Model {
  readonly name: string;
  readonly version: string;
  readonly can: Capabilities;
  /** Log-probs of the `top` most probable next tokens, where the server gives token ids. "all" is refused. */
  readonly next?: (prompts: readonly Prompt[], top: number | "all") => Promise<Distribution[]>;
  readonly score?: (rows: readonly { prompt: Prompt; ids: Ids }[]) => Promise<TokenScores[]>;
  readonly #prober: Prober;
  readonly #price: ((usage: Usage) => number) | undefined;
  readonly #notes = new Set<string>();
  #closed = false;

  constructor(prober: Prober, prices: PriceTable) {
    const { model, transport, findings } = prober;
    this.#prober = prober;
    this.name = model;
    this.version = `${model}@${hash([transport.baseURL, model, findings.api?.value ?? "chat"])}`;
    this.#price = pricing(prices, model);
    const has = (name: Capability): boolean => findings[name] !== undefined && findings[name].value !== false;
    this.can = {
      logprobs: has("logprobs"),
      next: false,
      score: has("echo"),
      train: false,
      ids: false,
      batch: transport.endpoint.options.concurrency,
      outputs: [],
    };
    if (has("echo")) this.score = (rows) => scoreRows(prober, rows);
    if (has("ids")) this.next = (prompts, top) => nextTokens(prober, prompts, top);
  }

  get endpoint(): Endpoint {
    return this.#prober.transport.endpoint;
  }

  /** What the server was found to do and not to do; probes what was not needed so far. */
  capabilities(): Promise<Findings> {
    return this.#prober.all();
  }

  /** What a user should know of the calls so far, such as that the server ignores seeds. */
  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /** What finding out took: requests, and tokens as far as the server counts them. */
  get probing(): { readonly requests: number; readonly cost: Cost } {
    const { requests, cost } = this.#prober;
    return { requests, cost };
  }

  /**
   * Completion i has the server's seed s + i, s a function of `o.seed`, whether it is asked for alone or with others. A
   * completion that could not be had is data (`error`); if nothing of any could be had, throws SampleError, or UserError
   * where the request itself is at fault. `onToken` gets id −1 from a server that does not give ids.
   */
  async sample(prompt: Prompt, o: RemoteSampling): Promise<RemoteCompletion[]> {
    checkSampling(o);
    if (this.#closed) throw new UserError(`the model "${this.name}" is closed`, "open it again");
    const note = (text: string): void => void this.#notes.add(text);
    const plan = await planOf(this.#prober, prompt, o, note);
    const caller = {};
    const indices = indicesOf(o);
    const parts = plan.together ? runsOf(indices) : indices.map((first) => ({ first, count: 1 }));
    const errors: unknown[] = [];
    const call: Running = { plan, o, caller, note, errors };
    const completions = (await Promise.all(parts.map(({ first, count }) => this.#part(call, first, count)))).flat();
    return orThrow(this.name, completions, { errors, signal: o.signal });
  }

  /** Completions `from` to `from + count − 1`, by as few requests as the server lets us. */
  async #part(call: Running, from: number, count: number): Promise<RemoteCompletion[]> {
    const { plan, o, note } = call;
    const got: RemoteCompletion[] = [];
    while (got.length < count) {
      const first = from + got.length;
      const texts: string[] = [];
      const want = count - got.length;
      try {
        const reply = await this.#request(call, first, want, texts);
        if (reply.choices.length !== want) note(`the server gave ${reply.choices.length} choices for n = ${want}`);
        const choices = reply.choices.slice(0, want);
        got.push(...completionsOf({ ...reply, choices }, plan, o, this.#price, note));
      } catch (error) {
        if (error instanceof Fault) call.errors.push(error);
        else if (!o.signal?.aborted) throw error;
        for (let i = 0; i < want; i++) got.push(failedCompletion(error, plan.promptTokens, texts[i] ?? "", o.signal));
      }
    }
    return got;
  }

  /** One request. `texts` gets what a stream has said so far, also where it fails. */
  async #request({ plan, o, caller }: Running, first: number, want: number, texts: string[]): Promise<Reply> {
    const { transport } = this.#prober;
    const body: Body = {
      ...plan.body,
      ...(plan.together ? { n: want } : {}),
      ...(plan.seeded ? { seed: serverSeed(o.seed) + first } : {}),
    };
    const expected = plan.promptTokens + want * o.maxTokens;
    const used = ({ usage }: Reply): number => (usage ? usage.input + usage.output : expected);
    const ticket = { caller, tokens: expected, used, ...(o.signal ? { signal: o.signal } : {}) };
    if (plan.stream === undefined) {
      const reply = await transport.json(pathOf[plan.api], body, readReply, ticket);
      for (const [i, { text, ids = [] }] of reply.choices.slice(0, want).entries()) show(o, first + i, text, ids);
      return reply;
    }
    // What was shown cannot be taken back, so a stream that breaks after that is not tried again.
    const keep = (): boolean => o.onToken !== undefined && texts.length > 0;
    const onPiece = ({ index, text, ids, whole }: Piece): boolean => {
      const end = stopEnd(whole, plan.cut);
      texts[index] = end < 0 ? whole : whole.slice(0, end);
      show(o, first + index, end < 0 ? text : text.slice(0, text.length - (whole.length - end)), ids);
      return end < 0;
    };
    const read = (chunks: AsyncIterable<unknown>): Promise<Reply> => {
      texts.length = 0;
      return readStream(chunks, want, onPiece, keep);
    };
    return transport.stream(pathOf[plan.api], { ...body, ...plan.stream }, read, ticket);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}

interface Running {
  readonly plan: Plan;
  readonly o: RemoteSampling;
  readonly caller: object;
  readonly note: (text: string) => void;
  /** Why requests failed. */
  readonly errors: unknown[];
}

/** Gives a piece to onToken: its text with the first of its ids. */
function show(o: RemoteSampling, completion: number, text: string, ids: Ids): void {
  const [id = -1, ...others] = ids;
  o.onToken?.(completion, id, text);
  for (const other of others) o.onToken?.(completion, other, "");
}
