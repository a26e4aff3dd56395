import { z } from "zod";
import type { CallId } from "../core/call.ts";
import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import type { Judgement } from "../core/judgement.ts";
import { defineMethod } from "../core/method.ts";
import type { Solution } from "../core/solution.ts";
import { mean, replies, said, undecided } from "./asking.ts";
import { credit, judgeNode, select } from "./judge-tree.ts";

const id = "mcts-judge";

const subtasks = [
  "Does the solution answer what was asked, with all that was given?",
  "Does each step follow from the ones before it?",
  "Is every calculation right? Do them again.",
  "Does the final answer meet every condition of the problem? Put it back in.",
  "Does the solution hold in special and extreme cases?",
];

const options = z.object({
  rollouts: z.int().positive().default(8),
  depth: z.int().min(1).max(subtasks.length).default(3).describe("sub-tasks in a trajectory"),
  c: z.number().nonnegative().default(Math.SQRT2).describe("exploration"),
  temperature: z.number().nonnegative().default(0.7).describe("of simulated executions; findings are greedy"),
  maxTokens: z.int().positive().default(256),
});
type Options = z.output<typeof options>;

/** What a reply concludes: the last "pass" or "fail". */
const passes = (reply: string): boolean | undefined => {
  const word = [...reply.matchAll(/\b(pass|fail)\b/giu)].at(-1)?.[1];
  return word === undefined ? undefined : word.toLowerCase() === "pass";
};

interface Trajectory {
  readonly verdict: boolean;
  readonly reward: number;
}

async function search(problem: string, solution: Solution, c: Context, o: Options): Promise<Judgement> {
  const base = { of: solution.id, by: id, level: "outcome" } as const;
  const calls: CallId[] = [];
  const findings = new Map<string, string | undefined>();
  const root = judgeNode([]);
  const trajectories: Trajectory[] = [];
  let lack: string | undefined;

  const ask = async (prompt: string, label: string, temperature: number): Promise<string | undefined> => {
    const asking = { label: `${id}/${solution.id}/${label}`, maxTokens: o.maxTokens, temperature };
    const got = await replies(c, said(prompt), asking);
    calls.push(...got.calls);
    lack ??= got.lack;
    return got.samples.at(0)?.text;
  };

  for (let i = 0; i < o.rollouts && lack === undefined; i++) {
    const trajectory = select(root, subtasks.length, o.depth, o.c);
    const found: string[] = [];
    for (const { path } of trajectory.slice(1)) {
      const key = path.join("-");
      if (!findings.has(key)) {
        const prompt = finding(problem, solution.text, found, subtasks[path[path.length - 1]]);
        findings.set(key, await ask(prompt, key, 0));
      }
      found.push(findings.get(key) ?? "");
    }
    const execution = await ask(simulation(problem, solution.text), `execution/${i}`, o.temperature);
    if (lack !== undefined) break;
    const votes = found.flatMap((text) => passes(text) ?? []);
    const verdict = 2 * votes.filter(Boolean).length > votes.length;
    const reward = Number(execution !== undefined && passes(execution) === verdict);
    credit(trajectory, reward);
    if (votes.length > 0) trajectories.push({ verdict, reward });
  }

  if (trajectories.length === 0) return undecided(base, lack ?? "no finding ends in pass or fail", calls);
  const most = Math.max(...trajectories.map(({ reward }) => reward));
  const best = trajectories.filter(({ reward }) => reward === most);
  const score = mean(best.map(({ verdict }) => Number(verdict)));
  return { ...base, score, label: score > 0.5 ? "correct" : "wrong", calls };
}

/**
 * Score: share of the best trajectories that find the solution correct. A trajectory's verdict is the majority of its
 * findings; its reward is 1 if a simulated execution comes to the same verdict.
 */
const mctsJudge =
  (o: Options): Evaluator =>
  ({ task, solutions }, c) =>
    Promise.all(solutions.map((solution) => search(task.text, solution, c, o)));

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B3",
  about: "Judging as a tree search over sub-tasks of evaluation, rewarded where simulated execution agrees.",
  source: "Wang Y. et al. 2025, MCTS-Judge",
  options,
  create: mctsJudge,
});

const finding = (problem: string, solution: string, found: readonly string[], subtask: string): string =>
  [
    `Problem:\n${problem}`,
    `Solution:\n${solution}`,
    ...(found.length === 0 ? [] : [`Found so far:\n${found.map((text) => `- ${text}`).join("\n")}`]),
    `${subtask} Give your reason in two sentences, then end with "pass" or "fail".`,
  ].join("\n\n");

const simulation = (problem: string, solution: string): string =>
  `Problem:\n${problem}\n\nSolution:\n${solution}\n\nMake up a concrete check of this solution and carry it out line by line, as an interpreter would. End with "pass" if the solution stands it, else "fail".`;
