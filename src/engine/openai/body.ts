/** Request bodies of the two APIs. */
import { UserError } from "../../core/errors.ts";
import type { Message, Prompt } from "../../core/model.ts";
import { goOn, type Guided, type RemoteSampling } from "../remote.ts";
import type { Body } from "./transport.ts";

export type Api = "chat" | "completions";
export type Limit = "max_tokens" | "max_completion_tokens";
export const prefixWays = ["flags", "marked", "bare"] as const;
export type PrefixWay = (typeof prefixWays)[number];
export const guidedWays = ["response_format", "structured_outputs", "guided", "plain"] as const;
export type GuidedWay = (typeof guidedWays)[number];

export const pathOf: Readonly<Record<Api, string>> = { chat: "/chat/completions", completions: "/completions" };

/** Messages as one text, for a model that continues texts: their contents, a line each. */
export function render(messages: readonly Message[]): string {
  return messages.map(({ content }) => content).join("\n");
}

/** The beginning of the reply that a prompt gives, or "". */
export function writtenOf(prompt: Prompt): string {
  const last = "messages" in prompt ? prompt.messages.at(-1) : undefined;
  return last?.role === "assistant" ? last.content : "";
}

/** The prompt's part of a body. `prefix`: how the server goes on with an assistant's message, false if it cannot. */
export function promptBody(api: Api, prompt: Prompt, prefix: PrefixWay | false): Body {
  if ("ids" in prompt) {
    if (api === "completions") return { prompt: [...prompt.ids] };
    throw new UserError("the chat API takes messages, not token ids", "open the model with api=completions");
  }
  const { messages } = prompt;
  if (api === "completions") return { prompt: render(messages) };
  if (writtenOf(prompt) === "") return { messages };
  if (prefix === false) return { messages: [...messages, { role: "user", content: goOn }] };
  if (prefix === "flags") return { messages, continue_final_message: true, add_generation_prompt: false };
  if (prefix === "bare") return { messages };
  const last = messages.length - 1;
  return { messages: messages.map((message, i) => (i === last ? { ...message, prefix: true } : message)) };
}

/** Log-probs of the tokens and of so many alternatives. */
export function logprobsBody(api: Api, top: number): Body {
  return api === "chat" ? { logprobs: true, ...(top > 0 ? { top_logprobs: top } : {}) } : { logprobs: top };
}

/** The part of a body that shapes the reply, as a server of this kind wants it. */
export function guidedBody(way: GuidedWay, guided: Guided): Body | undefined {
  switch (way) {
    case "response_format":
      if (!("json" in guided)) return undefined;
      return {
        response_format: { type: "json_schema", json_schema: { name: "reply", strict: true, schema: guided.json } },
      };
    case "structured_outputs":
      return { structured_outputs: guided };
    case "guided": {
      const [[kind, value]] = Object.entries(guided);
      return { [`guided_${kind}`]: value };
    }
    case "plain":
      if ("json" in guided) return { json_schema: JSON.stringify(guided.json) };
      if ("regex" in guided) return { regex: guided.regex };
      return "grammar" in guided ? { grammar: guided.grammar } : undefined;
  }
}

/** Temperature, top-p, top-k and length of a reply. */
export function samplingBody(o: RemoteSampling, limit: Limit): Body {
  return {
    [limit]: o.maxTokens,
    temperature: o.temperature ?? 1,
    ...(o.topP === undefined ? {} : { top_p: o.topP }),
    ...(o.topK === undefined ? {} : { top_k: o.topK }),
  };
}
