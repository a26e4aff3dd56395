/** Sets of typed actions, and their order: what may follow what. Instructions are ours, their kinds the papers'. */

export interface ActionType {
  readonly id: string;
  /** What the model is told to write. */
  readonly instruction: string;
  /** It writes the rest of the reply, so that nothing follows. */
  readonly finishes?: true;
  /** Types that may come right before; "start" is the beginning of the reply. Without it, any may. */
  readonly after?: readonly string[];
  /** Types of which one has to be somewhere before. */
  readonly needs?: readonly string[];
  /** How often it may be used in one reply. */
  readonly most?: number;
}

const finish = "Carry the reasoning through to its end and state the final answer in \\boxed{}.";

/** rStar (Qi et al. 2024). */
const rstar: readonly ActionType[] = [
  { id: "propose-step", instruction: "Write the next single step of the reasoning." },
  { id: "finish-rest", instruction: finish, finishes: true },
  {
    id: "sub-question",
    instruction: 'Ask the next sub-question ("Sub-question: …"), and answer it ("Answer: …").',
  },
  {
    id: "re-answer",
    instruction: "Answer the last sub-question once more, by careful steps of its own.",
    after: ["sub-question"],
  },
  {
    id: "rephrase",
    instruction: "Restate the problem with all of its conditions as a numbered list.",
    after: ["start"],
    most: 1,
  },
];

/** HiAR-ICL (Wu J. et al. 2024): five atomic actions. */
const hiar: readonly ActionType[] = [
  {
    id: "system-analysis",
    instruction: "Analyse the problem: what is given, what is asked, which conditions bind.",
    after: ["start"],
    most: 1,
  },
  { id: "one-step-thought", instruction: "Write the next single step of the reasoning." },
  { id: "chain-of-thought", instruction: finish, finishes: true },
  { id: "divide-and-conquer", instruction: 'Write the next sub-question ("Sub-question: …") and its answer.' },
  {
    id: "self-reflection",
    instruction: "Check what is written so far, and correct what is wrong in it.",
    needs: ["one-step-thought", "divide-and-conquer"],
    most: 2,
  },
];

/** CMCTS (Lin Q. et al. 2025): understanding, then planning, then work and reflection, and a summary at the end. */
const cmcts: readonly ActionType[] = [
  { id: "understand", instruction: "Say what is given and what is asked.", after: ["start"], most: 1 },
  { id: "plan", instruction: "Lay out or revise the plan.", after: ["understand", "reflect"], needs: ["understand"] },
  {
    id: "reflect",
    instruction: "Check the last step, and correct it if it is wrong.",
    after: ["plan", "code", "work"],
  },
  {
    id: "work",
    instruction: "Carry out the next step of the plan.",
    after: ["plan", "work", "reflect"],
    needs: ["plan"],
  },
  {
    id: "code",
    instruction: "Write the next step of the plan as a short program, and what it gives.",
    after: ["plan", "work", "reflect"],
    needs: ["plan"],
  },
  {
    id: "summarise",
    instruction: "Sum up and state the final answer in \\boxed{}.",
    finishes: true,
    after: ["work", "code", "reflect"],
    needs: ["work", "code"],
  },
];

export const actionSets = { rstar, hiar, cmcts } as const;

/** The types that may follow the ones before, in the order of the set. */
export function allowed(set: readonly ActionType[], before: readonly string[]): ActionType[] {
  const last = before.at(-1) ?? "start";
  return set.filter(
    ({ id, after, needs, most }) =>
      (after === undefined || after.includes(last)) &&
      (needs === undefined || needs.some((type) => before.includes(type))) &&
      (most === undefined || before.filter((type) => type === id).length < most),
  );
}
