/** Judges of a run by name: several in a row as one, and judges of steps as values inside a search. */
import type { Evaluator, Guide, GuideNode } from "../core/contracts.ts";
import type { Context } from "../core/context.ts";
import type { Judgement } from "../core/judgement.ts";
import { costOf, joined, withoutTruth } from "../reasoner/solve.ts";
import { instantiate, type FindMethod, type Ref } from "./resolver.ts";

/** How a judge's score becomes a value in [0, 1]: cut off, from [−1, 1], or by the logistic function. */
export const scales = ["unit", "signed", "logistic"] as const;
export type Scale = (typeof scales)[number];

function scaled(score: number, scale: Scale): number {
  const value = scale === "signed" ? (score + 1) / 2 : scale === "logistic" ? 1 / (1 + Math.exp(-score)) : score;
  return Math.min(1, Math.max(0, value));
}

/**
 * A judge as a Guide: the steps of a node are shown to it as a solution without truth. Nodes of one question are judged one by
 * one, so that a judge of groups does not compare states of different depths; undecided stays undecided.
 */
export function guideOf(evaluate: Evaluator, scale: Scale = "unit"): Guide {
  const valueOf = async ({ node, question, steps }: GuideNode, c: Context): Promise<Judgement> => {
    const { parse } = c.family(question.family);
    const text = joined(c.model("reasoner"), steps);
    const { answer } = parse(question, text, "short");
    const of = String(node.id);
    const solution = {
      id: of,
      taskId: question.id,
      text,
      steps: steps.map((step) => ({ text: step })),
      ...(answer === undefined ? {} : { answer }),
      by: node.calls,
      cost: costOf(c, node.calls),
    };
    const group = { task: withoutTruth(question), solutions: [solution], judgements: [], trees: [], episodes: [] };
    const [judgement] = await evaluate(group, c);
    const { score } = judgement;
    return { ...judgement, of, level: "step", score: score === null ? null : scaled(score, scale) };
  };
  return (nodes, c) => Promise.all(nodes.map((node) => valueOf(node, c)));
}

/** Judges in a row as one: each sees what those before it said, and the last one's judgements are the result. */
export const inTurn =
  (judges: readonly Evaluator[]): Evaluator =>
  async (group, c) => {
    const judgements = [...group.judgements];
    let last: Judgement[] = [];
    for (const judge of judges) {
      last = await judge({ ...group, judgements: [...judgements] }, c);
      judgements.push(...last);
    }
    return last;
  };

/** The evaluator of a list of references, the last of which has the word. */
export async function evaluatorFrom(find: FindMethod, refs: readonly Ref[]): Promise<Evaluator> {
  return inTurn(await Promise.all(refs.map((ref) => instantiate(find, "evaluator", ref))));
}

/** The guide that a reference names: a value source, or a judge, which is then asked about the last step where it can be. */
export async function guideFrom(find: FindMethod, ref: Ref, scale: Scale = "unit"): Promise<Guide> {
  const method = await find(ref.id);
  if (method.contract === "guide") return instantiate(find, "guide", ref);
  const last = method.options.safeParse({ steps: "last", ...ref.options });
  const takes = last.success && typeof last.data === "object" && last.data !== null && "steps" in last.data;
  const options = takes ? { steps: "last", ...ref.options } : ref.options;
  return guideOf(await instantiate(find, "evaluator", { ...ref, options }), scale);
}
