/** Critiques in free text: what they are asked for and how they are read. */
import type { Question } from "../core/task.ts";
import type { Context } from "../core/context.ts";
import type { Message } from "../core/model.ts";
import { said } from "./asking.ts";

export interface Feedback {
  /** Does it call the solution correct? */
  readonly correct: boolean;
  /** 1-based step that it blames. */
  readonly step?: number;
  readonly cause?: string;
  readonly fix?: string;
}

/** A field of a critique: what follows its name on the line. */
const field = (text: string, name: string): string | undefined => {
  const value = new RegExp(`^\\W*${name}\\W*:\\s*(.+)$`, "imu").exec(text)?.[1].trim();
  return value === undefined || /^(?:none|-|n\/a)\W*$/iu.test(value) ? undefined : value;
};

/** Reads a critique; undefined without a verdict. */
export function readFeedback(text: string): Feedback | undefined {
  const verdict = /\b(incorrect|wrong|correct|right)\b/iu.exec(field(text, "verdict") ?? "")?.[1].toLowerCase();
  if (verdict === undefined) return undefined;
  const step = /\d+/u.exec(field(text, "location") ?? "")?.[0];
  const [cause, fix] = [field(text, "cause"), field(text, "fix")];
  return {
    correct: verdict === "correct" || verdict === "right",
    ...(step === undefined ? {} : { step: Number(step) }),
    ...(cause === undefined ? {} : { cause }),
    ...(fix === undefined ? {} : { fix }),
  };
}

/** The request for a critique of a solution: in words, or in the grammar of a family that has one of critiques. */
export function critiquePrompt(question: Question, solution: string, c: Context, native: boolean): Message[] {
  if (native) return said(c.family(question.family).prompt(question, "critique", { solution }));
  return said(request(question.text, solution));
}

const request = (question: string, solution: string): string =>
  `Problem:\n${question}\n\nSolution:\n${solution}\n\nGo through the solution critically. Answer in four lines:
Location: the number of the first wrong step, or none
Cause: why it is wrong, or none
Fix: how it should read, or none
Verdict: correct or incorrect`;
