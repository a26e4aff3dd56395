import { z } from "zod";
import type { PostProcessor } from "../core/contracts.ts";
import type { Context } from "../core/context.ts";
import { scoreOf, type Group } from "../core/group.ts";
import { hash } from "../core/json.ts";
import { defineMethod } from "../core/method.ts";
import { ask } from "../core/task.ts";

const id = "rationalize";

const options = z.object({
  judge: z.string().default("gt-match").describe("who says what failed; what is kept is judged 1 under its name"),
  n: z.int().positive().default(1).describe("rationales sampled with the hint"),
  temperature: z.number().nonnegative().default(0).describe("of them; 0 is greedy, as in the paper"),
  source: z.string().default("rationalised").describe("stream of the derived groups"),
});
type Options = z.output<typeof options>;

/**
 * Replies sampled with the hint in the prompt that the verifier accepts, as a group of the task: whoever builds rows from it
 * asks the question without the hint. Undefined if there is none.
 */
async function rationalised(
  { task }: Group,
  c: Context,
  { judge, n, temperature, source }: Options,
): Promise<Group | undefined> {
  const family = c.family(task.family);
  const question = ask(task);
  const hint = family.hint(task);
  if (hint === undefined) return undefined;
  const model = c.model("reasoner");
  const content = family.prompt(question, "short", { hint });
  const prompt =
    model.tokenizer && model.can.ids
      ? { ids: model.tokenizer.encode(content) }
      : { messages: [{ role: "user" as const, content }] };
  const maxTokens = family.maxTokens(question, "short");
  const seed = c.random.fork(`${id}/${task.id}`).seed;
  const samples = await c.sample("reasoner", prompt, { n, temperature, maxTokens, stop: [family.end], seed });
  const solutions = samples.flatMap(({ text, call, finish }) => {
    if (finish === "abort" || !family.verify(task, text, "short").correct) return [];
    const { steps, answer } = family.parse(question, text, "short");
    return [
      {
        id: hash([id, task.id, text, call]),
        taskId: task.id,
        text,
        steps,
        answer,
        by: [call],
        cost: c.call(call).cost,
      },
    ];
  });
  if (solutions.length === 0) return undefined;
  const judgements = solutions.map(
    (solution) =>
      ({ of: solution.id, by: judge, level: "outcome", score: 1, label: "rationalised", calls: [] }) as const,
  );
  return { task, solutions, judgements, trees: [], episodes: [], source };
}

/** Groups, and after them one more for each task that no attempt solved and that the hint helped to solve. */
function rationalize(o: Options): PostProcessor {
  return async (groups, c) => {
    const failed = groups.filter(
      (group) =>
        group.source === undefined &&
        !group.solutions.some((solution) => (scoreOf(group, solution.id, o.judge) ?? 0) > 0),
    );
    const derived = await Promise.all(failed.map((group) => rationalised(group, c, o)));
    return { groups: [...groups, ...derived.filter((group) => group !== undefined)], dropped: [], memory: [] };
  };
}

export default defineMethod({
  id,
  kind: "objective",
  contract: "post-processor",
  section: "E1",
  about: "Tasks that no attempt solved are tried again with a hint; what is right then is learned without it.",
  source: "Zelikman et al. 2022, STaR",
  options,
  create: rationalize,
});
