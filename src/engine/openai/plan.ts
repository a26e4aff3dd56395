/** How a call is put to a server with these capabilities, and how its replies become completions. */
import { UserError } from "../../core/errors.ts";
import type { Completion, Prompt } from "../../core/model.ts";
import type { RunError } from "../../core/solution.ts";
import type { Usage } from "../price.ts";
import {
  apportion,
  costOfUsage,
  estimatePrompt,
  estimateTokens,
  type RemoteCompletion,
  type RemoteSampling,
  stopEnd,
  withoutPrefix,
} from "../remote.ts";
import { changesDistribution } from "../sampling.ts";
import {
  type Api,
  guidedBody,
  guidedWays,
  logprobsBody,
  prefixWays,
  promptBody,
  samplingBody,
  writtenOf,
} from "./body.ts";
import type { Prober } from "./probe.ts";
import { isLogprob } from "./probes.ts";
import type { Choice, Reply } from "./reply.ts";
import type { Body } from "./transport.ts";

export interface Plan {
  readonly api: Api;
  /** All but n, seed and stream. */
  readonly body: Body;
  /** Choices that one request may ask for. */
  readonly together: boolean;
  readonly seeded: boolean;
  /** What a body needs for a stream; absent where none is wanted. */
  readonly stream?: Body;
  /** Stops are looked for here, since the server does not say which of them came, or whether one did. */
  readonly cut: readonly string[];
  /** What is missing from a text that ended with the only stop. */
  readonly missingStop: string;
  /** The beginning of the reply, where the server had to be asked in words to go on with it. */
  readonly written: string;
  readonly logprobs: "model" | "sampled" | "none";
  readonly topLogprobs: number;
  readonly promptTokens: number;
}

/** Throws UserError on what the server cannot do and nothing can stand for. */
export async function planOf(
  p: Prober,
  prompt: Prompt,
  o: RemoteSampling,
  note: (text: string) => void,
): Promise<Plan> {
  if (o.logits) {
    throw new UserError(`"${p.model}" is behind a server, which takes no logit rules`, "use a method without them");
  }
  const api = await apiFor(p, prompt);
  const way = await p.get("logprobs");
  const top = o.topLogprobs ?? 0;
  if (top > 0) await demandTop(p, top);
  if (o.topK !== undefined) await demand(p, "topK", "does not heed top-k", "leave topK out, or use topP");
  const written = writtenOf(prompt);
  const prefix = written === "" ? undefined : (await p.get("prefix")).value;
  const known = prefixWays.find((name) => name === prefix) ?? false;
  if (written !== "" && known === false)
    note("beginnings of replies are given in words: the server cannot go on with one");
  const seeded = (await p.get("seed")).value !== false;
  if (!seeded) note(`replies cannot be had again: ${(await p.get("seed")).how}`);
  const stops = o.stop?.length ? await stopPlan(p, o.stop, note) : { body: {}, cut: [], missingStop: "" };
  const streams = o.onToken !== undefined || stops.cut.length > 0 ? (await p.get("stream")).value : false;
  const ids = await p.has("ids");
  return {
    api,
    body: {
      model: p.model,
      ...promptBody(api, prompt, known),
      ...samplingBody(o, api === "chat" ? await p.limit() : "max_tokens"),
      ...(way.value === false ? {} : logprobsBody(api, api === "chat" ? top : Math.max(1, top))),
      ...(ids ? { return_token_ids: true } : {}),
      ...stops.body,
      ...(await shapeOf(p, o)),
    },
    together: stops.cut.length === 0 && o.n > 1 && (await p.has("n")),
    seeded,
    ...(streams === false ? {} : { stream: streamBody(streams) }),
    cut: stops.cut,
    missingStop: stops.missingStop,
    written: known === false ? written : "",
    logprobs: way.value === "sampled" ? "sampled" : way.value === false ? "none" : "model",
    topLogprobs: top,
    promptTokens: "ids" in prompt ? prompt.ids.length : estimatePrompt(prompt.messages),
  };
}

const streamBody = (kind: string | number | boolean): Body => ({
  stream: true,
  ...(kind === "with usage" ? { stream_options: { include_usage: true } } : {}),
});

async function demand(p: Prober, name: "topK" | "idPrompts", lacks: string, remedy: string): Promise<void> {
  const { value, how } = await p.get(name);
  if (value === false) throw new UserError(`${p.transport.baseURL} with "${p.model}" ${lacks} (${how})`, remedy);
}

async function demandTop(p: Prober, top: number): Promise<void> {
  const { value, how } = await p.get("topLogprobs");
  if (Number(value) >= top) return;
  throw new UserError(
    `${p.transport.baseURL} gives log-probs of ${String(value)} tokens a position, not ${top} (${how})`,
    "ask for fewer, or use a method without log-probs",
  );
}

async function apiFor(p: Prober, prompt: Prompt): Promise<Api> {
  if ("messages" in prompt) return p.api();
  await demand(p, "idPrompts", "reads no token ids", "give messages");
  return "completions";
}

async function stopPlan(
  p: Prober,
  stop: readonly string[],
  note: (text: string) => void,
): Promise<Pick<Plan, "body" | "cut" | "missingStop">> {
  const { value } = await p.get("stops");
  if (value === "included") return { body: { stop, include_stop_str_in_output: true }, cut: [], missingStop: "" };
  if (value === "named") return { body: { stop }, cut: [], missingStop: "" };
  if (await p.has("stream")) return { body: {}, cut: stop, missingStop: "" };
  note("a reply that ends is taken to end with its stop: the server does not say which it was");
  return { body: { stop }, cut: [], missingStop: stop.length === 1 ? stop[0] : "" };
}

async function shapeOf(p: Prober, { guided }: RemoteSampling): Promise<Body> {
  if (guided === undefined) return {};
  const kind = "json" in guided ? "json" : "regex" in guided ? "regex" : "choice" in guided ? "choice" : "grammar";
  const { value, how } = await p.get(kind);
  const way = guidedWays.find((name) => name === value);
  const body = way && guidedBody(way, guided);
  if (body) return body;
  throw new UserError(
    `${p.transport.baseURL} with "${p.model}" does not keep replies to a ${kind} (${how})`,
    "ask for the form in the prompt and check the reply, or use a server with guided decoding",
  );
}

/** Completions of a reply, in its order. `price` gives money; `note` hears what was wrong but could be borne. */
export function completionsOf(
  reply: Reply,
  plan: Plan,
  o: RemoteSampling,
  price: ((usage: Usage) => number) | undefined,
  note: (text: string) => void,
): RemoteCompletion[] {
  const shaped = reply.choices.map((choice) => shape(choice, plan, note));
  const lengths = shaped.map(({ ids, positions, text, reasoning }) =>
    ids.length > 0 ? ids.length : (positions?.length ?? estimateTokens(text) + estimateTokens(reasoning ?? "")),
  );
  const { usage } = reply;
  const outputs = usage === undefined ? lengths : apportion(usage.output, lengths);
  return shaped.map((of, i): RemoteCompletion => {
    // The prompt is read and paid once for all choices of a request.
    const input = i > 0 ? 0 : (usage?.input ?? plan.promptTokens);
    const own = { input, cached: i > 0 ? 0 : (usage?.cached ?? 0), output: outputs[i] };
    const values = of.positions && Float32Array.from(of.positions, ({ logprob }) => Math.min(0, logprob ?? 0));
    const changed = changesDistribution(o) || o.guided !== undefined;
    const field = plan.logprobs === "sampled" && changed ? "sampledLogprobs" : "logprobs";
    return {
      text: of.text,
      ids: of.ids,
      ...(values ? { [field]: values } : {}),
      finish: of.finish,
      promptTokens: usage?.input ?? plan.promptTokens,
      cost: costOfUsage(own, price),
      ...(of.error ? { error: of.error } : {}),
      ...(of.positions ? { tokens: of.positions.map(({ token }) => token) } : {}),
      ...(of.positions && plan.topLogprobs > 0
        ? { top: of.positions.map((at) => at.top.slice(0, plan.topLogprobs)) }
        : {}),
      ...(of.reasoning === undefined ? {} : { reasoning: of.reasoning }),
      ...(usage === undefined ? { estimated: true } : {}),
    };
  });
}

interface Shaped extends Pick<Choice, "text" | "reasoning" | "positions"> {
  readonly ids: readonly number[];
  readonly finish: Completion["finish"];
  readonly error?: RunError;
}

function shape(choice: Choice, plan: Plan, note: (text: string) => void): Shaped {
  let { text, ids = [], positions } = choice;
  const end = stopEnd(text, plan.cut);
  if (end >= 0) {
    text = text.slice(0, end);
    const kept = tokensUpTo(positions, end);
    ids = ids.slice(0, kept);
    positions = positions?.slice(0, kept);
  } else if (choice.finish === "stop") {
    text += choice.stop !== undefined && choice.stop !== null && !text.endsWith(choice.stop) ? choice.stop : "";
    text += plan.missingStop;
  }
  if (plan.written !== "") text = withoutPrefix(text, plan.written);
  const broken = positions && (!positions.every(({ logprob }) => isLogprob(logprob)) || misfits(ids, positions));
  const lost = plan.logprobs !== "none" && !positions && text !== "";
  if (broken || lost) note(broken ? "log-probs that are none were dropped" : "a reply came without log-probs");
  return {
    text,
    ids,
    ...(positions && !broken && plan.logprobs !== "none" ? { positions } : {}),
    ...(choice.reasoning === undefined ? {} : { reasoning: choice.reasoning }),
    ...endOf(end >= 0 ? "stop" : choice.finish),
  };
}

const misfits = (ids: readonly number[], positions: readonly unknown[]): boolean =>
  ids.length > 0 && ids.length !== positions.length;

/** How many tokens it takes to write so many characters. */
function tokensUpTo(positions: Choice["positions"], length: number): number | undefined {
  let written = 0;
  const last = positions?.findIndex(({ token }) => (written += token.length) >= length) ?? -1;
  return last < 0 ? undefined : last + 1;
}

function endOf(finish: string | null): Pick<Shaped, "finish" | "error"> {
  const failed = (message: string): Pick<Shaped, "finish" | "error"> => ({
    finish: "abort",
    error: { where: "sample", message },
  });
  if (finish === null) return failed("the stream broke off");
  if (finish === "content_filter") return failed("the server's content filter ended the reply");
  return { finish: finish === "length" ? "length" : finish === "abort" ? "abort" : "stop" };
}
