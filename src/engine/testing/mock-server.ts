/** An OpenAI-compatible server for tests and benches: deterministic replies, latencies and faults by script. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";
import { random, type Random } from "../../core/random.ts";
import {
  type MockAbilities,
  type MockChoice,
  mockRequest,
  type MockRequest,
  MockSpeaker,
  type Speak,
} from "./mock-replies.ts";

/** What may go wrong with a reply. `{ status }` is a refusal; the others come with status 200. */
export type MockFault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly message?: string }
  | "half"
  | "hang"
  | "nothing"
  | "no-choices"
  | "wrong-n"
  | "garbage-logprobs"
  | "cut-stream"
  | "drop";

export interface MockOptions extends MockAbilities {
  /** The text of a completion. With n, completion i gets seed + i. */
  readonly reply: Speak;
  /** Milliseconds until a reply, plus or minus up to the jitter. */
  readonly latency?: number;
  readonly jitter?: number;
  /** The fault of the k-th request (from 0), if any. */
  readonly fault?: (request: number, body: MockRequest) => MockFault | undefined;
  /** Demanded as a bearer token. */
  readonly key?: string;
}

export interface MockServer {
  /** With /v1. */
  readonly url: string;
  /** Requests for completions, tries that faults ended among them. */
  readonly requests: MockRequest[];
  readonly greatestInFlight: number;
  /** Milliseconds that each reply was held back, in the order of arrival. */
  readonly latencies: number[];
  reset(): void;
  close(): Promise<void>;
}

type Body = Readonly<Record<string, unknown>>;

export async function startMockServer(o: MockOptions): Promise<MockServer> {
  const speaker = new MockSpeaker(o.reply, o);
  let source: Random = random("mock server");
  let inFlight = 0;
  let greatest = 0;
  const requests: MockRequest[] = [];
  const latencies: number[] = [];

  async function complete(request: MockRequest, chat: boolean, response: ServerResponse): Promise<void> {
    const latency = Math.max(0, (o.latency ?? 0) + (o.jitter ?? 0) * (2 * source.next() - 1));
    latencies.push(latency);
    const number = requests.push(request) - 1;
    const fault = o.fault?.(number, request);
    inFlight++;
    greatest = Math.max(greatest, inFlight);
    response.once("close", () => inFlight--);
    if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
    if (fault === "hang") return;
    if (fault === "drop") return void response.destroy();
    const refused = refusal(o, request, chat);
    if (typeof fault === "object") {
      const error = { message: fault.message ?? "by script", type: "scripted" };
      return send(response, fault.status, { error }, fault.headers);
    }
    if (refused !== undefined)
      return send(response, 400, { error: { message: refused, type: "invalid_request_error" } });
    if (fault === "nothing") return send(response, 200, {});
    const given = fault === "no-choices" ? [] : speaker.choices(request);
    const choices = fault === "wrong-n" ? given.slice(0, -1) : given;
    const prompt = speaker.encode(speaker.prompt(request));
    const usage = {
      prompt_tokens: prompt.length,
      completion_tokens: choices.reduce((sum, { tokens }) => sum + tokens.length, 0),
      total_tokens: 0,
    };
    const view = new View(o, speaker, request, chat, fault === "garbage-logprobs" || o.logprobs === "garbage");
    if (request.stream === true && o.stream !== false) {
      return view.stream(response, choices, usage, fault === "cut-stream");
    }
    const body = {
      id: "mock",
      object: chat ? "chat.completion" : "text_completion",
      model: request.model,
      choices: choices.map((choice, index) => view.choice(choice, index)),
      ...(o.usage === false ? {} : { usage }),
      ...(o.ids === true && request.return_token_ids === true && chat ? { prompt_token_ids: prompt } : {}),
    };
    if (fault !== "half") return send(response, 200, body);
    const text = JSON.stringify(body);
    response.writeHead(200, { "content-type": "application/json" }).end(text.slice(0, text.length / 2));
  }

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const part of message) if (part instanceof Uint8Array) parts.push(part);
    if (o.key !== undefined && message.headers.authorization !== `Bearer ${o.key}`) {
      return send(response, 401, { error: { message: "wrong key", type: "authentication_error" } });
    }
    const body: unknown = parts.length === 0 ? {} : JSON.parse(Buffer.concat(parts).toString());
    const chat = message.url === "/v1/chat/completions";
    if (message.url === "/tokenize" && o.ids === true) {
      return send(response, 200, { tokens: speaker.encode(speaker.prompt(mockRequest.parse(body))) });
    }
    const served = chat ? o.chat !== false : message.url === "/v1/completions" && o.completions !== false;
    if (!served) return send(response, 404, { error: { message: "not found", type: "not_found" } });
    const request = mockRequest.safeParse(body);
    if (!request.success) return send(response, 400, { error: { message: z.prettifyError(request.error) } });
    return complete(request.data, chat, response);
  }

  const server = createServer((message, response) => {
    handle(message, response).catch((error: unknown) => send(response, 500, { error: { message: String(error) } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the mock server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    requests,
    latencies,
    get greatestInFlight() {
      return greatest;
    },
    reset: () => {
      greatest = inFlight;
      requests.length = 0;
      latencies.length = 0;
      source = random("mock server");
    },
    close: async () => {
      server.closeAllConnections();
      // Closed before is closed too.
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function send(
  response: ServerResponse,
  status: number,
  body: Body,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** Why a server with these abilities answers 400. */
function refusal(o: MockOptions, request: MockRequest, chat: boolean): string | undefined {
  if (o.n === "refused" && (request.n ?? 1) > 1) return "n must be 1";
  if (o.seed === "refused" && request.seed !== undefined) return "seed is not supported";
  if (o.logprobs === "refused" && request.logprobs !== undefined) return "logprobs are not supported";
  if (o.echo !== true && request.echo === true) return "echo is not supported";
  if (o.stream === false && request.stream === true) return "stream is not supported";
  if (o.ids !== true && typeof request.prompt === "object") return "prompts are texts";
  const other = o.limit === "max_tokens" ? "max_completion_tokens" : "max_tokens";
  if (chat && o.limit !== undefined && request[other] !== undefined) return `Unsupported parameter: '${other}'.`;
  return undefined;
}

type Usage = Readonly<Record<string, number>>;

/** Choices as the two APIs write them. */
class View {
  readonly #o: MockOptions;
  readonly #speaker: MockSpeaker;
  readonly #request: MockRequest;
  readonly #chat: boolean;
  readonly #garbage: boolean;

  constructor(o: MockOptions, speaker: MockSpeaker, request: MockRequest, chat: boolean, garbage: boolean) {
    this.#o = o;
    this.#speaker = speaker;
    this.#request = request;
    this.#chat = chat;
    this.#garbage = garbage;
  }

  choice(choice: MockChoice, index: number): Body {
    const echoed = this.#request.echo === true ? this.#echoed() : [];
    const text = echoed.map((token) => token.text).join("") + choice.text;
    const tokens = [...echoed, ...choice.tokens];
    return {
      index,
      ...(this.#chat ? { message: { role: "assistant", content: text } } : { text }),
      ...this.#details(tokens, choice.tokens),
      finish_reason: choice.finish,
      ...this.#stopOf(choice),
    };
  }

  stream(response: ServerResponse, choices: readonly MockChoice[], usage: Usage, cut: boolean): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const write = (chunk: Body): void => void response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    const longest = Math.max(0, ...choices.map(({ tokens }) => tokens.length));
    for (let t = 0; t < (cut ? longest / 2 : longest); t++) {
      for (const [index, { tokens }] of choices.entries()) {
        const token = tokens[t];
        if (token === undefined) continue;
        const said = this.#chat ? { delta: { content: token.text } } : { text: token.text };
        write({ choices: [{ index, ...said, ...this.#details([token], [token]), finish_reason: null }] });
      }
    }
    if (cut) {
      // What was written has to arrive before the end.
      setTimeout(() => response.destroy(), 10);
      return;
    }
    for (const [index, choice] of choices.entries()) {
      const said = this.#chat ? { delta: {} } : { text: "" };
      write({ choices: [{ index, ...said, finish_reason: choice.finish, ...this.#stopOf(choice) }] });
    }
    if (this.#o.usage !== false) write({ choices: [], usage });
    response.end("data: [DONE]\n\n");
  }

  #stopOf(choice: MockChoice): Body {
    return this.#o.stops === undefined || this.#o.stops === "cut" ? {} : { stop_reason: choice.stop ?? null };
  }

  #echoed(): MockChoice["tokens"] {
    const { prompt = "" } = this.#request;
    const ids = typeof prompt === "string" ? this.#speaker.encode(prompt) : prompt;
    return this.#speaker.tokens(
      ids.map((id) => this.#speaker.decode([id])),
      "",
      1,
    );
  }

  #details(tokens: MockChoice["tokens"], own: MockChoice["tokens"]): Body {
    const { logprobs, top_logprobs: top, return_token_ids: ids, echo } = this.#request;
    const given = this.#o.ids === true && ids === true ? { token_ids: own.map(({ id }) => id) } : {};
    const none = logprobs === undefined || logprobs === false || this.#o.logprobs === "ignored";
    if (none || this.#o.logprobs === "refused") return given;
    const named = this.#request.return_tokens_as_token_ids === true && this.#o.ids === true;
    const name = (token: { text: string; id: number }): string => (named ? `token_id:${token.id}` : token.text);
    const wrong = [NaN, 3, -1];
    const values = tokens.map(({ logprob }, t) => (this.#garbage ? wrong[t % 3] : logprob));
    const others = (t: number) =>
      ["?", "!"].map((text, i) => ({ token: name({ text, id: i }), logprob: values[t] - 1 - i }));
    if (this.#chat) {
      const content = tokens.map((token, t) => ({
        token: name(token),
        logprob: values[t],
        top_logprobs: [{ token: name(token), logprob: values[t] }, ...others(t)].slice(0, top ?? 0),
      }));
      return { ...given, logprobs: { content } };
    }
    const token_logprobs = values.map((value, t) => (echo === true && t === 0 ? null : value));
    const top_logprobs = tokens.map((token, t) =>
      Object.fromEntries([
        [name(token), values[t]],
        ...others(t).map((other) => [other.token, other.logprob] as const),
      ]),
    );
    return { ...given, logprobs: { tokens: tokens.map(name), token_logprobs, top_logprobs } };
  }
}
