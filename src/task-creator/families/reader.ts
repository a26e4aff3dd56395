import type { Form, Parsed, Verdict } from "../../core/family.ts";
import type { Random } from "../../core/random.ts";
import { end, malformed, readCritique, right, unfinished, wordsOf, wrong, wrongVerdict } from "./grammar.ts";
import type { Rules, StepWords } from "./rules.ts";

/** What became of words[from, to) read as steps. `before` is the state before the last step read. */
export interface Walk<S> {
  readonly state: S;
  readonly before: S;
  readonly count: number;
  readonly firstError: number;
  readonly error: string | undefined;
}

/** Reads and verifies replies by the rules of a family. Texts are compared and counted, never evaluated. */
export interface Reader<M, S> {
  parse(text: string, form: Form): Parsed;
  verifyShort(m: M, text: string): Verdict;
  verifyLong(m: M, text: string): Verdict;
  /** A reply of the short form, up to its first error or its end. */
  follow(m: M, text: string): Walk<S>;
  /** The state after steps given as texts; undefined if one is invalid or ended by the wrong word. */
  replay(m: M, steps: readonly string[]): { state: S; ended: boolean } | undefined;
  /** The steps of a right end from any state; none if it is one, undefined if there is none. */
  remaining(m: M, state: S, random: Random): StepWords[] | undefined;
  render(steps: readonly StepWords[]): string;
  readProposal(words: readonly string[]): M | undefined;
}

export function readerOf<M extends object, S extends object | number>(
  rules: Rules<M, S>,
  errors: readonly string[],
): Reader<M, S> {
  const { delimiter } = rules;
  const walk = (m: M, w: readonly string[], from: number, to: number): Walk<S> => {
    let state = rules.start(m);
    let before = state;
    let count = 0;
    let firstError = 0;
    let error: string | undefined;
    for (let at = from; at < to;) {
      let stop = at + 1;
      if (delimiter !== "") for (stop = at; stop < to && w[stop] !== delimiter;) stop++;
      count++;
      if (firstError === 0) {
        before = state;
        const next = rules.step(m, state, w, at, stop);
        if (typeof next === "string") error = next;
        else if (delimiter !== "" && stop < to && rules.done(m, next)) error = malformed;
        else state = next;
        if (error !== undefined) firstError = count;
      }
      at = delimiter === "" ? stop : stop + 1;
    }
    return { state, before, count, firstError, error };
  };
  /** A walk to the end of a try; one that stops early or misses is an error of its last step. */
  const attempt = (m: M, w: readonly string[], from: number, to: number, closed: boolean): Walk<S> => {
    const walked = walk(m, w, from, to);
    if (walked.firstError > 0) return walked;
    const error = closed && rules.done(m, walked.state) ? rules.finish?.(m, walked.state) : unfinished;
    return error === undefined ? walked : { ...walked, error, firstError: Math.max(1, walked.count) };
  };
  /** Where each step stops in words[from, to): delimiters belong to the step they end. */
  const stops = (w: readonly string[], from: number, to: number): number[] => {
    const list: number[] = [];
    for (let at = from; at < to; at++) if (delimiter === "" || w[at] === delimiter || at === to - 1) list.push(at + 1);
    return list;
  };
  const shaped = (w: readonly string[], from: number, to: number): boolean => {
    let at = from;
    return (
      from < to &&
      w[to - 1] !== delimiter &&
      stops(w, from, to).every((stop) => {
        const ok = rules.shape(w, at, w[stop - 1] === delimiter ? stop - 1 : stop);
        at = stop;
        return ok;
      })
    );
  };
  /** Ranges of a chain's tries, each before its verdict; what is left after the last verdict; and is the chain in form? */
  const tries = (
    w: readonly string[],
    to: number,
    closed: boolean,
  ): { ranges: [number, number][]; rest: number; inForm: boolean } => {
    const ranges: [number, number][] = [];
    let rest = 0;
    for (let at = 0; at < to; at++) {
      if (w[at] !== wrong && w[at] !== right) continue;
      ranges.push([rest, at]);
      rest = at + 1;
    }
    const inForm =
      closed &&
      rest === to &&
      ranges.length > 0 &&
      ranges.every(([a, b], i) => shaped(w, a, b) && (w[b] === wrong || i === ranges.length - 1));
    return { ranges, rest, inForm };
  };
  const render = (steps: readonly StepWords[]): string =>
    `${steps.map((step) => step.join(" ")).join(delimiter === "" ? " " : ` ${delimiter} `)} ${end}`;
  const remaining = (m: M, state: S, random: Random): StepWords[] | undefined => {
    if (!rules.done(m, state)) return rules.complete(m, state, random);
    return rules.finish?.(m, state) === undefined ? [] : undefined;
  };

  const verifyShort = (m: M, text: string): Verdict => {
    const { w, closed, to } = bounds(text);
    const { count, firstError, error } = attempt(m, w, 0, to, closed);
    const wellFormed = closed && (firstError === 0 || shaped(w, 0, to));
    return {
      correct: firstError === 0,
      wellFormed,
      steps: flags(Math.max(count, closed ? 1 : 0), firstError),
      firstError,
      error,
    };
  };
  const verifyLong = (m: M, text: string): Verdict => {
    const { w, closed, to } = bounds(text);
    const { ranges, rest, inForm } = tries(w, to, closed);
    const steps: boolean[] = [];
    let [firstError, solvedAt, correct] = [0, 0, false];
    let error: string | undefined;
    ranges.forEach(([a, b], i) => {
      const tried = attempt(m, w, a, b, true);
      const hit = tried.firstError === 0;
      const accepted = w[b] === right;
      // A try that the chain rejects itself is no error; a try misjudged is one, at its last step.
      if (firstError === 0 && accepted !== hit)
        [firstError, error] = [steps.length + Math.max(1, tried.count), wrongVerdict];
      if (hit && solvedAt === 0) solvedAt = i + 1;
      correct = accepted && hit && inForm && i === ranges.length - 1;
      const missed = tried.error !== undefined && rules.finish !== undefined && walk(m, w, a, b).firstError === 0;
      steps.push(...flags(Math.max(1, tried.count), missed && !accepted ? 0 : tried.firstError));
    });
    if (rest < to) {
      const left = attempt(m, w, rest, to, false);
      steps.push(...flags(left.count, left.firstError));
    }
    if (firstError === 0 && !inForm) [firstError, error] = [Math.max(1, steps.length), closed ? malformed : unfinished];
    if (firstError > 0 && steps.length > 0) steps[firstError - 1] = false;
    return { correct, wellFormed: inForm, steps, firstError, error, attempts: ranges.length, solvedAt };
  };

  const parse = (text: string, form: Form): Parsed => {
    const { w, closed, to } = bounds(text);
    if (form === "critique" || form === "proposal") {
      const wellFormed =
        form === "critique"
          ? readCritique(text, errors) !== undefined
          : closed && readProposal(w.slice(0, -1)) !== undefined;
      return { wellFormed, steps: w.length === 0 ? [] : [{ text }] };
    }
    const { ranges, rest, inForm } =
      form === "long" ? tries(w, to, closed) : { ranges: [], rest: 0, inForm: closed && shaped(w, 0, to) };
    const cuts = ranges.flatMap(([a, b]) => [...stops(w, a, b).slice(0, -1), b + 1]);
    cuts.push(...stops(w, rest, to));
    if (closed) cuts.splice(cuts.length === 0 ? 0 : -1, 1, w.length);
    const steps = cuts.map((cut, i) => ({ text: w.slice(i === 0 ? 0 : cuts[i - 1], cut).join(" ") }));
    const attempts = ranges.map(([a, b]) => ({ text: [...w.slice(a, b), end].join(" "), accepted: w[b] === right }));
    const [a, b] = ranges.at(-1) ?? [0, to];
    const answer = inForm && (form === "short" || w[b] === right) ? rules.stated(w.slice(a, b)) : undefined;
    return {
      wellFormed: inForm,
      steps,
      ...(answer === undefined ? {} : { answer }),
      ...(form === "long" ? { attempts } : {}),
    };
  };

  const readProposal = (w: readonly string[]): M | undefined =>
    rules.proposals === undefined ? rules.read(w) : rules.proposals.read(w);

  const follow = (m: M, text: string): Walk<S> => {
    const { w, closed, to } = bounds(text);
    return attempt(m, w, 0, to, closed);
  };
  const replay = (m: M, steps: readonly string[]): { state: S; ended: boolean } | undefined => {
    const w = wordsOf(steps.join(" "));
    const last = w.at(-1);
    const ended = last === end;
    const open = delimiter !== "" && last === delimiter;
    const { state, error } = walk(m, w, 0, ended || open ? w.length - 1 : w.length);
    const done = rules.done(m, state);
    return error !== undefined || (ended && !done) || (open && done) ? undefined : { state, ended };
  };

  return { parse, verifyShort, verifyLong, follow, replay, remaining, render, readProposal };
}

/** The words of a reply; is it ended; and how many words stand before the end? */
function bounds(text: string): { w: string[]; closed: boolean; to: number } {
  const w = wordsOf(text);
  const closed = w.at(-1) === end;
  return { w, closed, to: closed ? w.length - 1 : w.length };
}

/** Flags of `count` steps of which those from the first error on are wrong. */
function flags(count: number, firstError: number): boolean[] {
  const list: boolean[] = [];
  for (let i = 1; i <= count; i++) list.push(firstError === 0 || i < firstError);
  return list;
}
