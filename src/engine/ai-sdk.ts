/** Models of the AI SDK (any provider's `LanguageModel` object) as models of ours; nothing of it is imported. */
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { hash, type Json } from "../core/json.ts";
import type { Capabilities, Message, Model, Prompt } from "../core/model.ts";
import { type Endpoint, type endpointOptions, Fault, sharedEndpoint } from "./endpoint.ts";
import { type PriceTable, pricing, type Usage } from "./price.ts";
import {
  costOfUsage,
  estimatePrompt,
  estimateTokens,
  failedCompletion,
  goOn,
  indicesOf,
  orThrow,
  type RemoteCompletion,
  type RemoteSampling,
  serverSeed,
  stopEnd,
  withoutPrefix,
} from "./remote.ts";
import { checkSampling } from "./sampling.ts";

/** What a call gives to the object: the part of LanguageModelV2 to V4's options that is used here. */
export interface CallOptions {
  readonly prompt: ({ role: "system"; content: string } | { role: "user" | "assistant"; content: TextPart[] })[];
  readonly maxOutputTokens: number;
  readonly temperature: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed: number;
  readonly responseFormat?: { readonly type: "json"; readonly schema: Json };
  readonly abortSignal: AbortSignal;
}
interface TextPart {
  type: "text";
  text: string;
}

/** LanguageModelV2, V3 or V4 as far as it is used. */
export interface LanguageModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doGenerate(options: CallOptions): PromiseLike<unknown>;
  doStream(options: CallOptions): PromiseLike<unknown>;
}

const isFunction = (x: unknown): boolean => typeof x === "function";
const shape = z.object({
  specificationVersion: z.enum(["v2", "v3", "v4"]),
  provider: z.string(),
  modelId: z.string().min(1),
  doGenerate: z.custom(isFunction),
  doStream: z.custom(isFunction),
});

const count = z.number().optional();
/** V2 counts in numbers, V3 and V4 in parts. */
const usage = z.union([
  z
    .object({ inputTokens: count, outputTokens: count, cachedInputTokens: count })
    .transform((of) => ({ input: of.inputTokens, cached: of.cachedInputTokens, output: of.outputTokens })),
  z
    .object({ inputTokens: z.object({ total: count, cacheRead: count }), outputTokens: z.object({ total: count }) })
    .transform(({ inputTokens, outputTokens }) => ({
      input: inputTokens.total,
      cached: inputTokens.cacheRead,
      output: outputTokens.total,
    })),
]);
const finish = z.union([z.string(), z.object({ unified: z.string() }).transform(({ unified }) => unified)]);
const warnings = z.array(
  z.object({ type: z.string(), setting: z.string().optional(), feature: z.string().optional() }),
);
const generated = z.object({
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  finishReason: finish,
  usage,
  warnings: warnings.optional(),
});
const part = z.union([
  z.object({ type: z.enum(["text-delta", "reasoning-delta"]), delta: z.string() }),
  z.object({ type: z.literal("finish"), finishReason: finish, usage }),
  z.object({ type: z.literal("stream-start"), warnings }),
  z.object({ type: z.literal("error"), error: z.unknown() }),
  z.object({ type: z.string() }).transform(() => ({ type: "other" as const })),
]);
const streamed = z.object({
  stream: z.custom<AsyncIterable<unknown>>((x) => typeof x === "object" && x !== null && Symbol.asyncIterator in x),
});

interface Said {
  readonly text: string;
  readonly reasoning: string;
  readonly finish: string;
  readonly usage?: z.output<typeof usage>;
}

export interface AiSdkOptions {
  /** Limits of the pool, which all models of one provider share. */
  readonly endpoint?: z.input<typeof endpointOptions>;
  readonly prices?: PriceTable;
  /** The provider goes on with a last message of the assistant; else it is asked to in words. */
  readonly prefix?: boolean;
}

/** Throws UserError on an object that is no language model of the AI SDK. */
export function fromAiSdk(model: LanguageModel, o: AiSdkOptions = {}): AiSdkModel {
  const read = shape.safeParse(model);
  if (read.success) return new AiSdkModel(model, o);
  throw new UserError(
    `this is no language model of the AI SDK: ${z.prettifyError(read.error)}`,
    'give what a provider makes, such as openai("gpt-…"), of its interface V2, V3 or V4',
  );
}

export class AiSdkModel implements Model {
  readonly name: string;
  readonly version: string;
  readonly can: Capabilities;
  readonly endpoint: Endpoint;
  readonly #model: LanguageModel;
  readonly #prefix: boolean;
  readonly #price: ((usage: Usage) => number) | undefined;
  readonly #notes = new Set<string>();

  constructor(model: LanguageModel, o: AiSdkOptions) {
    const { provider, modelId } = model;
    this.name = `${provider}/${modelId}`;
    this.version = `${this.name}@${hash([provider, modelId])}`;
    this.endpoint = sharedEndpoint(`ai-sdk:${provider}`, "", o.endpoint);
    const batch = this.endpoint.options.concurrency;
    this.can = { logprobs: false, next: false, score: false, train: false, ids: false, batch, outputs: [] };
    this.#model = model;
    this.#prefix = o.prefix ?? false;
    this.#price = o.prices && (pricing(o.prices, this.name) ?? pricing(o.prices, modelId));
  }

  /** What a user should know of the calls so far, such as settings that the provider does not take. */
  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /** One request a completion, as the interface has no n. `onToken` gets pieces of text with id −1. */
  async sample(prompt: Prompt, o: RemoteSampling): Promise<RemoteCompletion[]> {
    checkSampling(o);
    const lacks = o.logits ? "logit rules" : o.topLogprobs ? "log-probs" : "ids" in prompt ? "token ids" : undefined;
    if (lacks !== undefined || "ids" in prompt) {
      throw new UserError(`the AI SDK has no ${lacks}`, "give messages, and use a method that needs text only");
    }
    if (o.guided && !("json" in o.guided)) {
      throw new UserError("the AI SDK shapes replies by a JSON schema only", "give guided: { json: SCHEMA }");
    }
    const caller = {};
    const errors: unknown[] = [];
    const all = await Promise.all(indicesOf(o).map((i) => this.#one(prompt.messages, o, i, caller, errors)));
    return orThrow(this.name, all, { errors, signal: o.signal });
  }

  async #one(
    messages: readonly Message[],
    o: RemoteSampling,
    i: number,
    caller: object,
    errors: unknown[],
  ): Promise<RemoteCompletion> {
    const promptTokens = estimatePrompt(messages);
    const stops = o.stop ?? [];
    const streams = o.onToken !== undefined || stops.length > 0;
    const options = this.#options(messages, o, i);
    let shown = "";
    const show = (text: string): void => {
      shown += text;
      o.onToken?.(i, -1, text);
    };
    const expected = promptTokens + o.maxTokens;
    const used = ({ usage: counted }: Said): number =>
      counted ? (counted.input ?? 0) + (counted.output ?? 0) : expected;
    const ticket = { caller, tokens: expected, used, ...(o.signal ? { signal: o.signal } : {}) };
    try {
      const said = await this.endpoint.run(async (signal): Promise<Said> => {
        // What was shown cannot be taken back.
        if (o.onToken && shown !== "") throw new Fault("lasting", "the stream broke off");
        shown = "";
        const abortSignal = signal;
        try {
          if (!streams) return this.#read(await this.#model.doGenerate({ ...options, abortSignal }));
          const { stream } = streamed.parse(await this.#model.doStream({ ...options, abortSignal }));
          return await this.#follow(stream, stops, show);
        } catch (error) {
          throw faultOf(error);
        }
      }, ticket);
      if (!streams) show(said.text);
      return this.#completion(said, messages, stops, promptTokens);
    } catch (error) {
      if (error instanceof Fault) errors.push(error);
      else if (!o.signal?.aborted) throw error;
      return failedCompletion(error, promptTokens, streams ? shown : "", o.signal);
    }
  }

  #options(messages: readonly Message[], o: RemoteSampling, i: number): Omit<CallOptions, "abortSignal"> {
    const last = messages.at(-1);
    const inWords = last?.role === "assistant" && !this.#prefix;
    if (inWords) this.#notes.add("beginnings of replies are given in words");
    const asked = inWords ? [...messages, { role: "user" as const, content: goOn }] : messages;
    return {
      prompt: asked.map(({ role, content }) =>
        role === "system" ? { role, content } : { role, content: [{ type: "text", text: content }] },
      ),
      maxOutputTokens: o.maxTokens,
      temperature: o.temperature ?? 1,
      ...(o.topP === undefined ? {} : { topP: o.topP }),
      ...(o.topK === undefined ? {} : { topK: o.topK }),
      seed: serverSeed(o.seed) + i,
      ...(o.guided && "json" in o.guided ? { responseFormat: { type: "json", schema: o.guided.json } } : {}),
    };
  }

  #warn(list: z.output<typeof warnings>): void {
    for (const { type, setting, feature } of list) {
      if (type.startsWith("unsupported")) this.#notes.add(`the provider does not take ${setting ?? feature ?? type}`);
    }
  }

  #read(result: unknown): Said {
    const { content, finishReason, usage: used, warnings: warned = [] } = generated.parse(result);
    this.#warn(warned);
    const all = (type: string): string => content.map((of) => (of.type === type ? (of.text ?? "") : "")).join("");
    return { text: all("text"), reasoning: all("reasoning"), finish: finishReason, usage: used };
  }

  /** Reads a stream, up to a stop if one comes. */
  async #follow(stream: AsyncIterable<unknown>, stops: readonly string[], show: (text: string) => void): Promise<Said> {
    let [text, reasoning] = ["", ""];
    for await (const chunk of stream) {
      const next = part.parse(chunk);
      if (next.type === "error") throw next.error;
      if (next.type === "stream-start") this.#warn(next.warnings);
      if (next.type === "finish") return { text, reasoning, finish: next.finishReason, usage: next.usage };
      if (next.type === "reasoning-delta") reasoning += next.delta;
      if (next.type !== "text-delta") continue;
      const before = text.length;
      text += next.delta;
      const end = stopEnd(text, stops);
      show(end < 0 ? next.delta : text.slice(before, end));
      // Leaving the loop cancels the stream.
      if (end >= 0) return { text: text.slice(0, end), reasoning, finish: "stop" };
    }
    throw new Fault("passing", "the stream broke off");
  }

  #completion(said: Said, messages: readonly Message[], stops: readonly string[], estimate: number): RemoteCompletion {
    const last = messages.at(-1);
    const written = last?.role === "assistant" && !this.#prefix ? last.content : "";
    const end = stopEnd(said.text, stops);
    const text = end < 0 ? said.text : said.text.slice(0, end);
    const used: Partial<Usage> = said.usage ?? {};
    const output = used.output ?? estimateTokens(text) + estimateTokens(said.reasoning);
    const input = used.input ?? estimate;
    const filtered = said.finish === "content-filter" || said.finish === "error";
    return {
      text: written === "" ? text : withoutPrefix(text, written),
      ids: [],
      finish: filtered ? "abort" : said.finish === "length" ? "length" : "stop",
      promptTokens: input,
      cost: costOfUsage({ input, cached: Math.min(input, used.cached ?? 0), output }, this.#price),
      ...(filtered ? { error: { where: "sample", message: `the provider ended the reply: ${said.finish}` } } : {}),
      ...(said.reasoning === "" ? {} : { reasoning: said.reasoning }),
      ...(used.input === undefined || used.output === undefined ? { estimated: true } : {}),
    };
  }
}

/** What providers throw on a failed request (APICallError). */
const callError = z.object({
  message: z.string(),
  statusCode: z.int().optional(),
  isRetryable: z.boolean(),
  responseHeaders: z.record(z.string(), z.string()).optional(),
});

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const call = callError.safeParse(error);
  if (!call.success) {
    return new Fault("passing", error instanceof Error ? error.message : "the provider failed", { cause: error });
  }
  const { message, statusCode: status, isRetryable, responseHeaders } = call.data;
  const kind = status === 429 ? "limited" : isRetryable ? "passing" : "lasting";
  const headers = responseHeaders && new Headers(responseHeaders);
  return new Fault(kind, message, { cause: error, ...(status ? { status } : {}), ...(headers ? { headers } : {}) });
}
