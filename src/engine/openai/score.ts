/** Log-probs of given and of next tokens, from servers that give token ids. */
import type { Ids } from "../../core/call.ts";
import { UserError } from "../../core/errors.ts";
import type { Distribution, Prompt, TokenScores } from "../../core/model.ts";
import { Fault } from "../endpoint.ts";
import { pathOf, render, writtenOf } from "./body.ts";
import type { Prober } from "./probe.ts";
import { isLogprob, tokensOf } from "./probes.ts";
import { readReply } from "./reply.ts";

/** The ids of a prompt as the server renders it. */
async function idsOf(p: Prober, prompt: Prompt): Promise<Ids> {
  if ("ids" in prompt) return prompt.ids;
  const { messages } = prompt;
  const goesOn = writtenOf(prompt) !== "";
  const body =
    (await p.api()) === "completions"
      ? { prompt: render(messages) }
      : { messages, add_generation_prompt: !goesOn, continue_final_message: goesOn };
  const ids = (await p.has("tokenize")) ? await tokensOf(p, body) : undefined;
  if (ids) return ids;
  throw new UserError(`${p.transport.baseURL} has no tokenizer to ask`, "give prompts as token ids");
}

/** log p of each given token, by a request that echoes prompt and tokens. */
export async function scoreRows(p: Prober, rows: readonly { prompt: Prompt; ids: Ids }[]): Promise<TokenScores[]> {
  return Promise.all(
    rows.map(async (row) => {
      if (row.ids.length === 0) return new Float32Array();
      const prompt = await idsOf(p, row.prompt);
      // Nothing before the first token: there is no distribution to score it under.
      if (prompt.length === 0) throw new UserError("a prompt to score after is empty", "give it at least one token");
      const ids = [...prompt, ...row.ids];
      const body = { model: p.model, prompt: ids, echo: true, logprobs: 1, max_tokens: 1, temperature: 1 };
      const read = (json: unknown): TokenScores => {
        const own = readReply(json).choices[0].positions?.slice(prompt.length, ids.length) ?? [];
        if (own.length !== row.ids.length || !own.every(({ logprob }) => isLogprob(logprob))) {
          throw new Fault("passing", "the reply does not score the tokens");
        }
        return Float32Array.from(own, ({ logprob }) => Math.min(0, logprob ?? 0));
      };
      return p.transport.json(pathOf.completions, body, read, { tokens: ids.length + 1 });
    }),
  );
}

/** The most probable next tokens, by a completion of one token. */
export async function nextTokens(p: Prober, prompts: readonly Prompt[], top: number | "all"): Promise<Distribution[]> {
  const most = Number((await p.get("topLogprobs")).value);
  if (top === "all" || top > most) {
    throw new UserError(
      `${p.transport.baseURL} gives at most ${most} next tokens, not ${top}`,
      "ask for fewer, or use an embedded model",
    );
  }
  return Promise.all(
    prompts.map(async (prompt) => {
      const ids = await idsOf(p, prompt);
      const more = { logprobs: top, return_tokens_as_token_ids: true, max_tokens: 1, temperature: 1 };
      const read = (json: unknown): Distribution => {
        const best = (readReply(json).choices[0].positions?.[0]?.top ?? [])
          .flatMap(({ token, logprob }) => {
            const id = /^token_id:(\d+)$/.exec(token)?.[1];
            return id === undefined || !isLogprob(logprob) ? [] : [{ id: Number(id), logprob: Math.min(0, logprob) }];
          })
          .sort((a, b) => b.logprob - a.logprob)
          .slice(0, top);
        if (best.length < top) throw new Fault("passing", "the reply does not name the next tokens");
        return { ids: best.map(({ id }) => id), logprobs: Float32Array.from(best, ({ logprob }) => logprob) };
      };
      return p.transport.json(pathOf.completions, { model: p.model, prompt: ids, ...more }, read, {
        tokens: ids.length + 1,
      });
    }),
  );
}
