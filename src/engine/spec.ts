/** Models as users name them: a server's, a GGUF file, or weights of ours on disk. */
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import type { GgufOptions } from "./gguf/gguf.ts";
import { openaiOptions, type OpenAIOptions } from "./openai/openai.ts";

/** What a text names. Anything without a known beginning is a place on disk: a run, RUN@ROUND, a checkpoint. */
export type ModelSpec =
  | { readonly kind: "openai"; readonly options: OpenAIOptions }
  | { readonly kind: "gguf"; readonly options: GgufOptions }
  | { readonly kind: "path"; readonly path: string };

const number = z.coerce.number();
/** Options after the `?` of a spec. */
const query = z.strictObject({
  key: z.string().min(1).optional(),
  api: openaiOptions.shape.api.unwrap().optional(),
  concurrency: number.pipe(z.int().positive()).optional(),
  rpm: number.pipe(z.number().positive()).optional(),
  tpm: number.pipe(z.number().positive()).optional(),
  attempts: number.pipe(z.int().positive()).optional(),
  /** Seconds. */
  timeout: number.pipe(z.number().positive()).optional(),
});
const whole = number.pipe(z.int().positive()).optional();
const ggufQuery = z.strictObject({
  context: whole,
  sequences: whole,
  candidates: whole,
  threads: whole,
  gpu: z.stringbool().optional(),
  reproducible: z.stringbool().optional(),
});
const ggufForm = "write gguf:FILE, with options as ?context=4096&sequences=8&threads=4&gpu=no";
const form = "write openai:MODEL, openai:MODEL@http://HOST:PORT/v1, with options as ?key=VARIABLE&concurrency=16";

/**
 * `openai:MODEL[@BASE_URL][?OPTIONS]`, with options `key` (the environment variable of the key), `api`, `concurrency`,
 * `rpm`, `tpm` (requests and tokens a minute), `attempts` and `timeout` (seconds); `gguf:FILE[?OPTIONS]`, with those of
 * `ggufOptions`; `run:DIR`; or a path as it stands.
 */
export function parseModelSpec(text: string): ModelSpec {
  if (text.startsWith("run:")) return { kind: "path", path: rest(text, "run:") };
  if (text.startsWith("gguf:")) return { kind: "gguf", options: ggufSpec(text) };
  if (!text.startsWith("openai:")) return { kind: "path", path: text };
  const named = rest(text, "openai:");
  // A model's name may hold an @, and a ?, but an address begins with its scheme.
  const at = named.search(/@https?:\/\//);
  const from = named.indexOf("?", Math.max(0, at));
  const options = from < 0 ? {} : optionsOf(named.slice(from + 1), text);
  const base = from < 0 ? named : named.slice(0, from);
  const model = at < 0 ? base : base.slice(0, at);
  const baseURL = at < 0 ? {} : { baseURL: base.slice(at + 1).replace(/\/+$/, "") };
  const read = openaiOptions.safeParse({ model, ...baseURL });
  if (!read.success) throw new UserError(`"${text}" names no model: ${z.prettifyError(read.error)}`, form);
  return { kind: "openai", options: { model, ...baseURL, ...options } };
}

function rest(text: string, scheme: string): string {
  const named = text.slice(scheme.length);
  if (named !== "") return named;
  const forms: Record<string, string> = { "run:": "write run:DIR", "gguf:": ggufForm };
  throw new UserError(`"${text}" names nothing after ${scheme}`, forms[scheme] ?? form);
}

function ggufSpec(text: string): GgufOptions {
  const named = rest(text, "gguf:");
  // A file's name may hold a ?, too.
  const from = named.indexOf("?", Math.max(0, named.lastIndexOf(".gguf")));
  if (from < 0) return { file: named };
  const read = ggufQuery.safeParse(Object.fromEntries(new URLSearchParams(named.slice(from + 1))));
  if (!read.success) throw new UserError(`options of "${text}" are wrong: ${z.prettifyError(read.error)}`, ggufForm);
  return { file: named.slice(0, from), ...read.data };
}

function optionsOf(text: string, spec: string): Partial<OpenAIOptions> {
  const read = query.safeParse(Object.fromEntries(new URLSearchParams(text)));
  if (!read.success) throw new UserError(`options of "${spec}" are wrong: ${z.prettifyError(read.error)}`, form);
  const { key, api, concurrency, rpm, tpm, attempts, timeout } = read.data;
  const limits = {
    concurrency,
    requestsPerMinute: rpm,
    tokensPerMinute: tpm,
    attempts,
    timeout: timeout === undefined ? undefined : 1000 * timeout,
  };
  const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  return {
    ...(key === undefined ? {} : { keyFrom: key }),
    ...(api === undefined ? {} : { api }),
    ...(Object.keys(given).length === 0 ? {} : { endpoint: given }),
  };
}
