import { z } from "zod";
import { eq } from "../answers/eq.ts";
import { maskNumbers } from "../answers/masks.ts";
import { vote } from "../answers/vote.ts";
import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { replies, said } from "./asking.ts";

const id = "forward-backward";

const options = z.object({
  /** "fobar": P_f^α·P_b^(1−α). "self-verification": recoveries alone, and a lone candidate is not checked. */
  variant: z.enum(["fobar", "self-verification"]).default("fobar"),
  k: z.int().positive().optional().describe("backward samples a candidate and number; default 8, self-verification 10"),
  temperature: z.number().nonnegative().optional().describe("of them; default 0.7, self-verification 0.2"),
  alpha: z.number().min(0).max(1).default(0.5),
  masks: z.int().positive().default(8).describe("most numbers of the question hidden, the first ones"),
  maxTokens: z.int().positive().default(512),
  latex: z.boolean().default(false).describe("the question is LaTeX: the unknown is X, number words stay"),
});

const epsilon = 1e-8;

/** P(a) ∝ P_f(a)^α · P_b(a)^(1−α), not normalised, with P_b(a) = (Z(a) + ε)/Σ(Z + ε). */
export function combined(forward: readonly number[], recovered: readonly number[], alpha: number): number[] {
  const sum = recovered.reduce((total, count) => total + count + epsilon, 0);
  return forward.map((p, i) => p ** alpha * ((recovered[i] + epsilon) / sum) ** (1 - alpha));
}

/** Score: share of P(a) of the solution's answer (self-verification: of the recoveries); "chosen" marks the best answer. */
function forwardBackward(o: z.output<typeof options>): Evaluator {
  const fobar = o.variant === "fobar";
  return async ({ task, solutions }, c) => {
    const answers = solutions.map(({ answer }) => answer);
    const { clusters } = vote(answers);
    const candidates = clusters.map(([first]) => answers[first] ?? "");
    const voters = clusters.reduce((sum, members) => sum + members.length, 0);
    const forward = clusters.map((members) => members.length / voters);
    const calls: string[] = [];
    const recovered =
      !fobar && candidates.length === 1 ? [1] : await recoveries(task.text, task.id, candidates, c, o, calls);
    const known = recovered.some((count) => count > 0);
    // Where nothing was recovered for anybody, backward samples tell nothing: the votes decide.
    const weights = known && !fobar ? recovered : known ? combined(forward, recovered, o.alpha) : forward;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const best = weights.indexOf(Math.max(...weights));
    return solutions.map(({ id: of }, i) => {
      const cluster = clusters.findIndex((members) => members.includes(i));
      const score = cluster < 0 || total === 0 ? 0 : weights[cluster] / total;
      const label = cluster >= 0 && cluster === best ? { label: "chosen" } : {};
      return { of, by: id, level: "outcome", score, ...label, calls };
    });
  };
}

/** Z(a): how many backward samples, over all hidden numbers, found the number again. */
async function recoveries(
  question: string,
  taskId: string,
  candidates: readonly string[],
  c: Context,
  o: z.output<typeof options>,
  calls: string[],
): Promise<number[]> {
  const fobar = o.variant === "fobar";
  const masks = maskNumbers(question, o).slice(0, o.masks);
  const asked = await Promise.all(
    candidates.map((candidate) =>
      Promise.all(
        masks.map(async ({ text, hidden }) => {
          const got = await replies(c, said(backward(text, candidate, o.latex ? "X" : "x")), {
            n: o.k ?? (fobar ? 8 : 10),
            label: `${id}/${taskId}`,
            temperature: o.temperature ?? (fobar ? 0.7 : 0.2),
            maxTokens: o.maxTokens,
          });
          const found = got.samples.filter((sample) => eq(hidden, sample.text));
          return { recovered: found.length, calls: got.calls };
        }),
      ),
    ),
  );
  calls.push(...asked.flat().flatMap((each) => each.calls));
  return asked.map((each) => each.reduce((sum, { recovered }) => sum + recovered, 0));
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B2",
  about: "An answer is trusted if it gives back a number that was hidden in the question, besides its votes.",
  source: "Jiang et al. 2024, FOBAR; Weng et al. 2023, Self-Verification",
  options,
  create: forwardBackward,
});

const backward = (masked: string, answer: string, unknown: string): string =>
  `${masked}\n\nThe answer to the question above is ${answer}. What is the value of ${unknown}? Reason step by step and end with \\boxed{value of ${unknown}}.`;
