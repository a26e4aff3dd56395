/** Requests to one server through its pool. The library's own retries are off: the pool's count, and wait for all. */
import OpenAI, { APIConnectionError, APIError } from "openai";
import { messageOf } from "../../core/errors.ts";
import { type Endpoint, Fault, type Ticket } from "../endpoint.ts";
import { pauseOf } from "../rate-headers.ts";
import { httpFetch } from "./http.ts";

export type Body = Readonly<Record<string, unknown>>;

export class Transport {
  readonly endpoint: Endpoint;
  readonly baseURL: string;
  readonly #client: OpenAI;

  constructor(o: { readonly baseURL: string; readonly key: string; readonly endpoint: Endpoint }) {
    this.endpoint = o.endpoint;
    this.baseURL = o.baseURL;
    // The pool sets the time limit.
    const timeout = 2 ** 31 - 1;
    const { baseURL, key: apiKey } = o;
    this.#client = new OpenAI({
      baseURL,
      apiKey,
      maxRetries: 0,
      timeout,
      logLevel: "off",
      fetch: httpFetch,
      organization: null,
      project: null,
    });
  }

  /** Posts and reads one JSON reply; what `read` throws counts as the try's failure. */
  json<T>(path: string, body: Body, read: (reply: unknown) => T, ticket: Ticket<T>): Promise<T> {
    return this.endpoint.run(async (signal) => {
      const reply = await this.#guard(async () => {
        const { data, response } = await this.#client.post<unknown>(path, { body, signal }).withResponse();
        this.endpoint.observe(response.headers);
        return data;
      });
      return read(reply);
    }, ticket);
  }

  /** Posts and reads a stream of JSON chunks. `read` may stop early, which ends the request. */
  stream<T>(
    path: string,
    body: Body,
    read: (chunks: AsyncIterable<unknown>) => Promise<T>,
    ticket: Ticket<T>,
  ): Promise<T> {
    return this.endpoint.run(async (signal) => {
      const chunks = await this.#guard(async () => {
        const asked = this.#client.post<AsyncIterable<unknown>>(path, { body, signal, stream: true });
        const { data, response } = await asked.withResponse();
        this.endpoint.observe(response.headers);
        return data;
      });
      return read(guarded(chunks));
    }, ticket);
  }

  async #guard<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw faultOf(error);
    }
  }
}

async function* guarded(chunks: AsyncIterable<unknown>): AsyncIterable<unknown> {
  try {
    yield* chunks;
  } catch (error) {
    throw faultOf(error);
  }
}

/** Requests that the server understood and will refuse again. */
const passingStatus = new Set([408, 409, 425]);

/** What a failed request means for the pool. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof APIConnectionError) {
    const { cause } = error;
    const why = cause instanceof Error ? messageOf(cause.cause ?? cause) : error.message;
    return new Fault("passing", `no connection (${why})`, { cause: error });
  }
  if (!(error instanceof APIError)) {
    // A body that broke off or is no JSON.
    return new Fault("passing", `the reply could not be read (${messageOf(error)})`, { cause: error });
  }
  const status: unknown = error.status;
  const headers: unknown = error.headers;
  const o = {
    cause: error,
    ...(typeof status === "number" ? { status } : {}),
    ...(headers instanceof Headers ? { headers } : {}),
  };
  const message = `the server answers ${error.message}`;
  // A spent account does not fill up by waiting.
  if (error.code === "insufficient_quota") return new Fault("lasting", message, o);
  if (status === 429) return new Fault("limited", message, o);
  if (typeof status !== "number") return new Fault("passing", message, o);
  const told = o.headers && pauseOf(o.headers, 0).retryAfter !== undefined;
  if (status === 503 && told) return new Fault("limited", message, o);
  return new Fault(status >= 500 || passingStatus.has(status) ? "passing" : "lasting", message, o);
}
