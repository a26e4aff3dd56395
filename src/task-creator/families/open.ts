import { readFileSync } from "node:fs";
import { z } from "zod";
import { extract } from "../../answers/extract/extract.ts";
import { verify as same } from "../../answers/verify.ts";
import { defaultPolicy, policySchema } from "../../answers/policy.ts";
import { messageOf, UserError } from "../../core/errors.ts";
import type { Family } from "../../core/family.ts";
import { hash } from "../../core/json.ts";
import { defineMethod } from "../../core/method.ts";
import { ask, type Split, type Task } from "../../core/task.ts";

const options = z.object({
  file: z
    .string()
    .optional()
    .describe("JSON lines with a question and, for tasks to learn from or to be measured on, an answer"),
  question: z.string().default("question").describe("its field with the question"),
  answer: z.string().default("answer").describe("its field with the answer, or with a solution that states it"),
  cue: z
    .string()
    .default("Reason step by step, with a blank line between steps. End with the final answer in \\boxed{}.")
    .describe("what follows the question in the prompt"),
  delimiter: z.string().default("\n\n").describe("ends a step"),
  maxTokens: z.int().positive().default(2048).describe("of a reply"),
  evalShare: z.number().min(0).max(1).default(0.1).describe("of the file's tasks, by a hash of the question"),
  policy: policySchema.default(defaultPolicy).describe("what counts as the same answer"),
});

const steps = (text: string, delimiter: string): string[] => {
  const parts = delimiter === "" ? [text] : text.split(delimiter);
  return parts
    .map((part, i) => (i + 1 < parts.length ? `${part}${delimiter}` : part))
    .filter((part) => part.trim() !== "");
};

/** Questions in anyone's words, answered in free text: no grammar, no generator but a file, verdicts by the answer alone. */
function open(o: z.output<typeof options>): Family {
  const normal = (text: string): string => text.trim().replaceAll(/\s+/gu, " ");
  const splitOf = (text: string): Split =>
    Number.parseInt(hash(["open", normal(text)]).slice(0, 8), 16) / 2 ** 32 < o.evalShare ? "eval" : "train";
  const taskOf = (text: string, stated: string | undefined): Task => {
    const answer = stated === undefined ? undefined : (extract(stated, o.policy)?.text ?? stated.trim());
    return {
      id: `open-${hash([normal(text)]).slice(0, 16)}`,
      family: "open",
      text,
      difficulty: 1,
      origin: { by: "open", parents: [], seed: "", split: splitOf(text) },
      by: [],
      secret:
        answer === undefined
          ? {}
          : { answer, ...(stated?.trim() === answer ? {} : { solution: steps(stated ?? "", "\n") }) },
    };
  };
  const parse: Family["parse"] = (_, text) => {
    const answer = extract(text, o.policy)?.text;
    return {
      wellFormed: answer !== undefined,
      steps: steps(text, o.delimiter).map((step) => ({ text: step })),
      ...(answer === undefined ? {} : { answer }),
    };
  };
  let loaded: Record<Split, Task[]> | undefined;
  const tasks = (): Record<Split, Task[]> => (loaded ??= load(o, taskOf));
  const impossible = (what: string): never => {
    throw new UserError(
      `the family open ${what}`,
      "use a family with a grammar (autodidact methods --kind family), or another method",
    );
  };

  return Object.freeze<Family>({
    id: "open",
    about: "questions in anyone's words, answered in free text",
    words: [],
    errors: [],
    difficulty: { min: 1, max: 1, unit: "none" },
    end: "",
    delimiter: o.delimiter,
    generate: (random, { split }) => {
      const list = tasks()[split];
      if (list.length === 0)
        impossible(o.file === undefined ? "makes no tasks without a file" : `has no ${split} task in ${o.file}`);
      return random.pick(list);
    },
    key: (question) => normal(question.text).toLowerCase(),
    question: (text) => {
      if (normal(text) === "") throw new UserError("the question is empty", "ask something");
      return { id: `open-${hash([normal(text)]).slice(0, 16)}`, family: "open", text: text.trim() };
    },
    prompt: (question, form, given) => {
      if (form === "critique" || form === "proposal")
        return impossible(`has no grammar of ${form === "critique" ? "critiques" : "proposals"}`);
      const hint = given?.hint === undefined ? "" : `\n\n(The answer is ${given.hint}.)`;
      return `${question.text}${hint}\n\n${o.cue}`;
    },
    maxTokens: () => o.maxTokens,
    parse,
    verify: (task, text) => {
      const { wellFormed, steps: written } = parse(ask(task), text, "short");
      const { answer } = task.secret;
      const correct = wellFormed && answer !== undefined && same(answer, text, o.policy).equal === true;
      // Only the outcome is known: a wrong reply is wrong at its end.
      return {
        correct,
        wellFormed,
        steps: written.map((_, i) => correct || i + 1 < written.length),
        firstError: correct ? 0 : Math.max(1, written.length),
      };
    },
    play: () => undefined,
    solve: ({ secret }) =>
      secret.solution?.join("") ?? (secret.answer === undefined ? undefined : `\\boxed{${secret.answer}}`),
    hint: ({ secret }) => secret.answer,
    critique: () => impossible("has no exact critique"),
    judgeCritique: () => impossible("has no exact critique"),
    proposal: (task) => task.text,
    propose: (text, split) =>
      normal(text) === "" || splitOf(text) !== split ? undefined : taskOf(text.trim(), undefined),
  });
}

const row = z.record(z.string(), z.json());

/** The file's tasks by split, equal questions once. Throws UserError naming the line. */
function load(
  { file, question, answer }: z.output<typeof options>,
  taskOf: (text: string, stated: string | undefined) => Task,
): Record<Split, Task[]> {
  const found: Record<Split, Task[]> = { train: [], eval: [] };
  if (file === undefined) return found;
  const remedy = `write one JSON object a line, with "${question}" and "${answer}", or name its fields by the options of the family`;
  let lines: string[];
  try {
    lines = readFileSync(file, "utf8").split("\n");
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${messageOf(error)}`, "name a readable file of JSON lines", error);
  }
  const seen = new Set<string>();
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    let values: z.output<typeof row>;
    try {
      values = row.parse(JSON.parse(line));
    } catch (error) {
      throw new UserError(`${file}, line ${i + 1} is no JSON object`, remedy, error);
    }
    const text = values[question];
    const stated = values[answer];
    if (typeof text !== "string" || text.trim() === "")
      throw new UserError(`${file}, line ${i + 1} has no text "${question}"`, remedy);
    const task = taskOf(
      text.trim(),
      typeof stated === "string" || typeof stated === "number" ? String(stated) : undefined,
    );
    if (seen.has(task.id)) continue;
    seen.add(task.id);
    found[task.origin.split].push(task);
  }
  return found;
}

export default defineMethod({
  id: "open",
  kind: "family",
  contract: "family",
  section: "design",
  about: "Questions in anyone's words, from a file or asked one by one; verdicts by the final answer.",
  source: "this project",
  options,
  create: open,
});
