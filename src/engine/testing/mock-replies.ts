/** What the mock server's model says: replies, tokens and log-probs as functions of the request alone. */
import { z } from "zod";
import { random, uniform } from "../../core/random.ts";
import { openTokenizer } from "../words.ts";

/** What the server can do. Default: a plain server that serves chat and completions, n, seeds, streams and usage. */
export interface MockAbilities {
  readonly chat?: boolean;
  readonly completions?: boolean;
  /** `one`: gives one choice whatever n is. */
  readonly n?: "served" | "one" | "refused";
  readonly seed?: "served" | "ignored" | "refused";
  /** `sampled`: those after temperature. */
  readonly logprobs?: "served" | "sampled" | "ignored" | "refused" | "garbage";
  /** Token ids in replies and prompts, and a tokenizer at /tokenize. */
  readonly ids?: boolean;
  readonly echo?: boolean;
  /** A stop is cut off; `named`: with stop_reason; `included`: kept on demand. */
  readonly stops?: "cut" | "named" | "included";
  readonly stream?: boolean;
  /** How it is told to go on with an assistant's message, if it can. */
  readonly prefix?: "flags" | "marked" | "bare" | "none";
  readonly guided?: "structured_outputs" | "response_format" | "none";
  readonly usage?: boolean;
  readonly topK?: boolean;
  /** The only name of the length limit that it takes; default both. */
  readonly limit?: "max_tokens" | "max_completion_tokens";
}

const message = z.object({ role: z.string(), content: z.string(), prefix: z.boolean().optional() });
export const mockRequest = z.object({
  model: z.string(),
  messages: z.array(message).optional(),
  prompt: z.union([z.string(), z.array(z.int())]).optional(),
  n: z.int().optional(),
  seed: z.int().optional(),
  max_tokens: z.int().optional(),
  max_completion_tokens: z.int().optional(),
  temperature: z.number().optional(),
  top_k: z.int().optional(),
  stop: z.array(z.string()).optional(),
  logprobs: z.union([z.boolean(), z.int()]).optional(),
  top_logprobs: z.int().optional(),
  echo: z.boolean().optional(),
  stream: z.boolean().optional(),
  return_token_ids: z.boolean().optional(),
  return_tokens_as_token_ids: z.boolean().optional(),
  include_stop_str_in_output: z.boolean().optional(),
  continue_final_message: z.boolean().optional(),
  structured_outputs: z
    .object({ choice: z.array(z.string()).optional(), regex: z.string().optional(), json: z.json().optional() })
    .optional(),
  response_format: z.object({ json_schema: z.object({ schema: z.json() }) }).optional(),
});
export type MockRequest = z.output<typeof mockRequest>;

export interface MockToken {
  readonly text: string;
  readonly id: number;
  readonly logprob: number;
}
export interface MockChoice {
  readonly text: string;
  readonly tokens: readonly MockToken[];
  readonly finish: "stop" | "length";
  readonly stop?: string;
}

const pieces = (text: string): string[] => text.match(/\s*\S+|\s+$/gu) ?? [];

export type Speak = (prompt: string, seed: number) => string;

/** Says what a server's own trials ask for, so that its abilities show; else undefined. */
function onTrial(prompt: string, seed: number): string | undefined {
  if (/the letters A to J/.test(prompt)) return "A B C D E F G H I J";
  if (/random letters/.test(prompt)) {
    const source = random(`letters/${seed}`);
    return Array.from({ length: 12 }, () => String.fromCharCode(65 + source.int(26))).join(" ");
  }
  return undefined;
}

export class MockSpeaker {
  readonly can: MockAbilities;
  readonly #speak: Speak;
  readonly #vocabulary = openTokenizer();
  #calls = 0;

  constructor(speak: Speak, can: MockAbilities) {
    this.#speak = (prompt, seed) => onTrial(prompt, seed) ?? speak(prompt, seed);
    this.can = can;
  }

  /** A space would separate words of the vocabulary, so it is written as another sign there. */
  #id(piece: string): number {
    return this.#vocabulary.encode(piece.replaceAll(/\s/gu, (space) => `␣${space.codePointAt(0)};`))[0];
  }

  encode(text: string): number[] {
    return pieces(text).map((piece) => this.#id(piece));
  }

  decode(ids: readonly number[]): string {
    const known = (id: number): string => (id < this.#vocabulary.size ? this.#vocabulary.decode([id]) : `<${id}>`);
    const text = ids.map(known).join("");
    return text.replaceAll(/␣(\d+);/gu, (_, code: string) => String.fromCodePoint(Number(code)));
  }

  /** The prompt as the model reads it. */
  prompt(request: MockRequest): string {
    const { prompt = "", messages } = request;
    if (messages) return messages.map(({ content }) => content).join("\n");
    return typeof prompt === "string" ? prompt : this.decode(prompt);
  }

  /** log p of a piece after another: any fixed table will do. */
  tokens(texts: readonly string[], before: string, temperature: number): MockToken[] {
    return texts.map((text, i) => {
      const u = uniform(`${texts[i - 1] ?? before}|${text}`, 0);
      const logprob = -(0.1 + 3 * u) / (this.can.logprobs === "sampled" ? temperature : 1);
      return { text, id: this.#id(text), logprob };
    });
  }

  choices(request: MockRequest): MockChoice[] {
    const { n = 1, temperature = 1 } = request;
    const greedy = temperature === 0 || (this.can.topK === true && request.top_k === 1);
    const seed = this.can.seed === "ignored" || request.seed === undefined ? 1e6 * ++this.#calls : request.seed;
    return Array.from({ length: this.can.n === "one" ? 1 : n }, (_, i) => this.#choice(request, greedy ? 0 : seed + i));
  }

  #choice(request: MockRequest, seed: number): MockChoice {
    const prompt = this.prompt(request);
    const last = pieces(prompt).at(-1) ?? "";
    const full = this.#constrained(request, seed) ?? this.#continued(request, prompt, seed);
    const { stop = [], max_tokens, max_completion_tokens, temperature = 1 } = request;
    const ends = stop.flatMap((text) => {
      const at = full.indexOf(text);
      return at < 0 ? [] : [{ text, at }];
    });
    const [first] = ends.sort((a, b) => a.at - b.at);
    const keep = this.can.stops === "included" && request.include_stop_str_in_output === true;
    const spoken = first === undefined ? full : full.slice(0, first.at + (keep ? first.text.length : 0));
    const most = max_tokens ?? max_completion_tokens ?? 4096;
    const all = pieces(spoken);
    const texts = all.slice(0, most);
    const short = texts.length < all.length;
    return {
      text: texts.join(""),
      tokens: this.tokens(texts, last, temperature),
      finish: short ? "length" : "stop",
      ...(first === undefined || short ? {} : { stop: first.text }),
    };
  }

  /** The reply, or what is left of it after the beginning that the last message gives. */
  #continued(request: MockRequest, prompt: string, seed: number): string {
    const { messages } = request;
    const last = messages?.at(-1);
    if (messages === undefined || last?.role !== "assistant") return this.#speak(prompt, seed);
    const asked = messages.slice(0, -1).map(({ content }) => content);
    const goesOn = {
      flags: request.continue_final_message === true,
      marked: last.prefix === true,
      bare: true,
      none: false,
    }[this.can.prefix ?? "none"];
    const whole = this.#speak(asked.join("\n"), seed);
    return goesOn && whole.startsWith(last.content) ? whole.slice(last.content.length) : whole;
  }

  #constrained(request: MockRequest, seed: number): string | undefined {
    const { structured_outputs: asked, response_format: format } = request;
    if (this.can.guided === "response_format" && format) return JSON.stringify(example(format.json_schema.schema));
    if (this.can.guided !== "structured_outputs" || !asked) return undefined;
    if (asked.choice) return asked.choice[seed % asked.choice.length];
    if (asked.regex !== undefined) return asked.regex.replaceAll(/\[0-9\]\{(\d+)\}/g, (_, k: string) => "7".repeat(+k));
    return asked.json === undefined ? undefined : JSON.stringify(example(asked.json));
  }
}

const schema = z.object({ enum: z.array(z.json()).optional(), properties: z.record(z.string(), z.json()).optional() });

/** Some value that a schema of enums and objects allows. */
function example(of: z.core.util.JSONType): z.core.util.JSONType {
  const { enum: values, properties = {} } = schema.parse(of);
  if (values) return values[0];
  return Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, example(part)]));
}
