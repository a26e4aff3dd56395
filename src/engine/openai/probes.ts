/** The trials by which capabilities are found. */
import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import type { Guided } from "../remote.ts";
import { guidedBody, guidedWays, logprobsBody, prefixWays, promptBody } from "./body.ts";
import type { Capability, Finding, Prober, Refused } from "./probe.ts";
import type { Choice, Reply } from "./reply.ts";

type Trial = (p: Prober) => Promise<Finding>;

const no = (how: string): Finding => ({ value: false, how });
const yes = (how: string): Finding => ({ value: true, how });

/** Has many equally likely replies. */
const letters = "Write 12 random letters, separated by spaces.";
/** Has one likely reply, which shows where it was begun. */
const alphabet = "Write the letters A to J in order, separated by spaces, on one line.";

const refusedBy = (answer: Reply | Refused): answer is Refused => "refused" in answer;

/** Log-probs of a choice, if there is one a position and all are such. */
function soundLogprobs(choice: Choice): boolean {
  const { positions } = choice;
  return positions !== undefined && positions.length > 0 && positions.every((at) => isLogprob(at.logprob));
}
export const isLogprob = (x: number | null): x is number => x !== null && x <= 1e-3 && x > -Infinity;

const api: Trial = async (p) => {
  const chat = await p.post("/chat/completions", { messages: [{ role: "user", content: "Say yes." }], max_tokens: 16 });
  if (!refusedBy(chat)) return { value: "chat", how: "/chat/completions answers" };
  if (/max_completion_tokens|max_tokens/.test(chat.refused))
    return { value: "chat", how: "/chat/completions knows its parameters" };
  const text = await p.post("/completions", { prompt: "Yes,", max_tokens: 1 });
  if (!refusedBy(text)) return { value: "completions", how: `only /completions answers; the other: ${chat.refused}` };
  throw new UserError(
    `${p.transport.baseURL} does not serve the model "${p.model}": ${chat.refused}; ${text.refused}`,
    "check the model's name, and that the address ends as the server wants it (often in /v1)",
  );
};

const limit: Trial = async (p) => {
  if ((await p.api()) === "completions") return { value: "max_tokens", how: "the name in /completions" };
  const messages = [{ role: "user", content: "Say yes." }];
  const old = await p.post("/chat/completions", { messages, max_tokens: 16 });
  if (!refusedBy(old)) return { value: "max_tokens", how: "taken" };
  return { value: "max_completion_tokens", how: old.refused };
};

const n: Trial = async (p) => {
  const two = await p.ask(letters, 2, { n: 2 });
  if (refusedBy(two)) return no(two.refused);
  const { length } = two.choices;
  return length === 2 ? yes("two choices for n = 2") : no(`${length} for n = 2`);
};

const seed: Trial = async (p) => {
  const seeds = [7, 7, 8, 9, 10];
  const replies = await Promise.all(seeds.map((value) => p.ask(letters, 16, { seed: value, temperature: 1 })));
  const texts: string[] = [];
  for (const reply of replies) {
    if (refusedBy(reply)) return no(reply.refused);
    texts.push(reply.choices[0].text);
  }
  const [first, again, ...others] = texts;
  if (first !== again) return no("ignored: one seed, two texts");
  if (others.every((text) => text === first)) return { value: "undecided", how: "every seed gives the same text" };
  return yes("one seed, one text; others, others");
};

const logprobs: Trial = async (p) => {
  const kind = await p.api();
  const ask = (temperature: number) => p.ask(letters, 1, { ...logprobsBody(kind, 1), temperature, seed: 7 });
  const [plain, hot] = await Promise.all([ask(1), ask(2)]);
  if (refusedBy(plain)) return no(plain.refused);
  const [choice] = plain.choices;
  if (choice.positions === undefined) return no("ignored: none in the reply");
  if (!soundLogprobs(choice)) return no("nonsense: not all are numbers up to 0");
  const best = (answer: Reply | Refused) => (refusedBy(answer) ? undefined : answer.choices[0].positions?.[0]?.top[0]);
  const [a, b] = [best(plain), best(hot)];
  const moved = a && b && a.token === b.token && Math.abs(a.logprob - b.logprob) > 0.02;
  return moved
    ? { value: "sampled", how: "those after temperature" }
    : { value: "model", how: "the same at temperature 1 and 2" };
};

const topLogprobs: Trial = async (p) => {
  if (!(await p.has("logprobs"))) return { value: 0, how: "no log-probs" };
  const kind = await p.api();
  for (const count of [20, 5, 1]) {
    const reply = await p.ask(letters, 1, logprobsBody(kind, count));
    const given = refusedBy(reply) ? 0 : (reply.choices[0].positions?.[0]?.top.length ?? 0);
    // Asked for k, the text API may add the token that was drawn.
    if (given > 0) return { value: Math.min(given, count), how: `${given} for ${count}` };
  }
  return { value: 0, how: "none at 20, 5 and 1" };
};

const ids: Trial = async (p) => {
  const reply = await p.ask(alphabet, 4, { return_token_ids: true });
  if (refusedBy(reply)) return no(reply.refused);
  return (reply.choices[0].ids?.length ?? 0) > 0 ? yes("return_token_ids") : no("return_token_ids is ignored");
};

const idPrompts: Trial = async (p) => {
  const reply = await p.post("/completions", { prompt: [1, 2, 3], max_tokens: 1 });
  return refusedBy(reply) ? no(reply.refused) : yes("/completions reads token ids");
};

const echo: Trial = async (p) => {
  if (!(await p.has("idPrompts"))) return no("no prompts of token ids");
  const reply = await p.post("/completions", { prompt: [1, 2, 3], max_tokens: 1, echo: true, logprobs: 1 });
  if (refusedBy(reply)) return no(reply.refused);
  const { positions = [] } = reply.choices[0];
  const scored = positions.slice(1).every((at) => isLogprob(at.logprob));
  return positions.length === 4 && scored ? yes("echo with log-probs") : no("echo gives no log-probs of the prompt");
};

const tokenize: Trial = async (p) => {
  const found = await tokensOf(p, { prompt: "one two" });
  return found ? yes("/tokenize") : no("no /tokenize");
};

const tokenized = z.object({ tokens: z.array(z.int()).min(1) });

/** Ids of a text or of messages, by a server that has a tokenizer to ask; undefined where there is none. */
export async function tokensOf(p: Prober, body: Readonly<Record<string, unknown>>): Promise<number[] | undefined> {
  const url = new URL("/tokenize", p.transport.baseURL).href;
  try {
    const read = (reply: unknown) => tokenized.safeParse(reply).data?.tokens;
    return await p.transport.json(url, { model: p.model, ...body }, read, { attempts: 1 });
  } catch {
    return undefined;
  }
}

const stops: Trial = async (p) => {
  const kept = await p.ask(alphabet, 40, { stop: ["F"], include_stop_str_in_output: true, temperature: 0 });
  if (!refusedBy(kept) && kept.choices[0].text.trimEnd().endsWith("F")) {
    return { value: "included", how: "include_stop_str_in_output" };
  }
  const cut = await p.ask(alphabet, 40, { stop: ["F"], temperature: 0 });
  const stop = refusedBy(cut) ? undefined : cut.choices[0].stop;
  if (stop === "F") return { value: "named", how: "the reply names the stop" };
  return { value: "cut", how: "nothing tells a stop from an end" };
};

const stream: Trial = async (p) => {
  for (const [more, what] of [
    [{ stream_options: { include_usage: true } }, "with usage"],
    [{}, "without usage"],
  ] as const) {
    const answer = await p.streamed(alphabet, 24, more);
    if ("refused" in answer) continue;
    // One piece may be all that a short reply needs, or all that the server ever sends.
    return { value: what, how: `${answer.pieces} pieces` };
  }
  return no("refused");
};

const prefix: Trial = async (p) => {
  if ((await p.api()) === "completions") return { value: "bare", how: "/completions goes on with any text" };
  const asked = { role: "user", content: alphabet } as const;
  const written = { role: "assistant", content: "A B C D E" } as const;
  const tries = await Promise.all(
    prefixWays.map(async (way) => {
      const body = promptBody("chat", { messages: [asked, written] }, way);
      const reply = await p.post("/chat/completions", { ...body, [await p.limit()]: 24, temperature: 0 });
      return !refusedBy(reply) && /^\s*F\b/.test(reply.choices[0].text);
    }),
  );
  const way = prefixWays.find((_, i) => tries[i]);
  return way === undefined
    ? no("begins anew whatever it is told")
    : { value: way, how: "went on with F after A B C D E" };
};

const topK: Trial = async (p) => {
  const replies = await Promise.all(
    [7, 8, 9].map((value) => p.ask(letters, 16, { seed: value, temperature: 1.5, top_k: 1 })),
  );
  const texts = replies.map((reply) => (refusedBy(reply) ? undefined : reply.choices[0].text));
  if (texts.includes(undefined)) return no("refused");
  return new Set(texts).size === 1 ? yes("top_k = 1 is greedy") : no("ignored: top_k = 1 gives several texts");
};

/** Tries the ways of asking for replies of a shape, on a shape that no model gives by itself. */
function guided(shape: Guided, fits: (text: string) => boolean): Trial {
  return async (p) => {
    for (const way of guidedWays) {
      const body = guidedBody(way, shape);
      if (body === undefined) continue;
      const reply = await p.ask(letters, 32, body);
      if (!refusedBy(reply) && fits(reply.choices[0].text.trim())) return { value: way, how: "kept to a shape" };
    }
    return no("no way of asking shapes the reply");
  };
}

const schema = {
  type: "object",
  properties: { mark: { type: "string", enum: ["zq7"] } },
  required: ["mark"],
  additionalProperties: false,
};

export const probes: Readonly<Record<Capability, Trial>> = {
  api,
  limit,
  n,
  seed,
  logprobs,
  topLogprobs,
  ids,
  idPrompts,
  echo,
  tokenize,
  stops,
  stream,
  prefix,
  topK,
  json: guided({ json: schema }, (text) => /^\{\s*"mark"\s*:\s*"zq7"\s*\}$/.test(text)),
  regex: guided({ regex: "zq[0-9]{3}" }, (text) => /^zq\d{3}$/.test(text)),
  choice: guided({ choice: ["zq7a", "zq7b"] }, (text) => text === "zq7a" || text === "zq7b"),
  grammar: guided({ grammar: 'root ::= "zq7"' }, (text) => text === "zq7"),
};
