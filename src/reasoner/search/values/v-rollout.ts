import { z } from "zod";
import type { Context } from "../../../core/context.ts";
import type { Guide, GuideNode } from "../../../core/contracts.ts";
import type { Judgement } from "../../../core/judgement.ts";
import { defineMethod } from "../../../core/method.ts";
import { costOf, isRunError, joined, judge, nativeMessages, readReply, trySample } from "../../solve.ts";

const options = z.object({
  /** Completions a node. */
  m: z.int().positive().default(4),
  temperature: z.number().nonnegative().default(1),
});

/** Undecided where nothing could be sampled or no judge knows better. */
async function valueOf(at: GuideNode, c: Context, o: z.output<typeof options>): Promise<Judgement> {
  const { question, steps } = at;
  const model = c.model("reasoner");
  const family = c.family(question.family);
  const written = joined(model, steps);
  const judged = { of: String(at.node.id), by: "v-rollout", level: "step" } as const;
  const nothing = { by: [], cost: costOf(c, []) };
  if (at.terminal) {
    const [score] = await judge(question, [readReply(question, family, "short", written, nothing)], c);
    return { ...judged, score, calls: [] };
  }
  const samples = await trySample(c, "reasoner", nativeMessages(family, question, "short", written), {
    n: o.m,
    seed: c.random.fork(`v-rollout/${question.id}/${at.node.id}`).seed,
    maxTokens: family.maxTokens(question, "short"),
    temperature: o.temperature,
    stop: [family.end],
  });
  if (isRunError(samples)) return { ...judged, score: null, calls: [] };
  const finished = samples.filter((sample) => sample.finish !== "abort");
  const replies = finished.map((sample) => {
    const from = { by: [sample.call], cost: costOf(c, [sample.call]) };
    return readReply(question, family, "short", joined(model, [written, sample.text]), from);
  });
  const scores = (await judge(question, replies, c)).filter((score) => score !== null);
  const score = scores.length === 0 ? null : scores.reduce((sum, value) => sum + value, 0) / scores.length;
  return { ...judged, score, calls: finished.map((sample) => sample.call) };
}

/** Unbiased for the policy's probability of success where the judge is exact. */
export default defineMethod({
  id: "v-rollout",
  kind: "value-source",
  contract: "guide",
  section: "C4",
  about: "The value of a state is the mean score of m sampled completions.",
  source: "Browne et al. 2012; Wang P. et al. 2024 (Math-Shepherd)",
  options,
  create:
    (o): Guide =>
    (nodes, c) =>
      Promise.all(nodes.map((node) => valueOf(node, c, o))),
});
