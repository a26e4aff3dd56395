import { describe, expect, it } from "vitest";
import type { Family } from "../../core/family.ts";
import { random } from "../../core/random.ts";
import type { Random } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import type { Task } from "../../core/task.ts";

/** What a family's own test adds to the suite. */
export interface FamilyCase {
  /** A second opinion, written apart from the rules: does the reply solve the task? */
  readonly accepts: (task: Task, text: string) => boolean;
  /** Difficulties to try. */
  readonly difficulties: readonly number[];
  /** Is play from the question always free of wrong steps? Not so where the truth is secret. */
  readonly playIsValid?: boolean;
}

/** Every family keeps these promises. */
export function familySuite(
  name: string,
  family: Family,
  { accepts, difficulties, playIsValid = true }: FamilyCase,
): void {
  const known = new Set(family.words);
  const undeclared = (text: string): string[] => text.split(" ").filter((word) => !known.has(word));
  const length = (text: string): number => text.split(" ").length;
  const tasks = (seed: string, each: number, split: "train" | "eval" = "train"): Task[] => {
    const r = random(seed);
    return difficulties.flatMap((difficulty) =>
      Array.from({ length: each }, () => family.generate(r, { difficulty, split })),
    );
  };
  const solved = (task: Task, r: Random): string => {
    const text = family.solve(task, r);
    if (text === undefined) throw new Error(`no solution of ${task.text}`);
    return text;
  };

  describe(`family ${name}`, () => {
    it("declares its words once, with error kinds, numerals and digits among them", () => {
      expect(known.size).toBe(family.words.length);
      const special = [family.end, ...family.errors, ...(family.numerals?.keys() ?? []), ...(family.digits ?? [])];
      expect(special.filter((word) => !known.has(word))).toEqual([]);
      expect(family.words.filter((word) => word === "" || word.includes(" "))).toEqual([]);
    });

    it("generates the same tasks from the same seed, and others from another", () => {
      expect(tasks("a", 5)).toEqual(tasks("a", 5));
      expect(tasks("a", 5).map((t) => t.secret.answer + t.text)).not.toEqual(
        tasks("b", 5).map((t) => t.secret.answer + t.text),
      );
    });

    it("generates tasks of the difficulty asked for and refuses others", () => {
      const r = random(3);
      for (const difficulty of difficulties)
        expect(family.generate(r, { difficulty, split: "train" }).difficulty).toBe(difficulty);
      for (const difficulty of [family.difficulty.min - 1, family.difficulty.max + 1, family.difficulty.min + 0.5, NaN])
        expect(() => family.generate(r, { difficulty, split: "train" })).toThrow(`${family.id} is out of range`);
    });

    it("keeps training and evaluation apart by key", () => {
      const keys = (split: "train" | "eval"): Set<string> =>
        new Set(tasks("split", 600, split).map((task) => family.key(ask(task))));
      const train = keys("train");
      expect([...keys("eval")].filter((key) => train.has(key))).toEqual([]);
      for (const task of tasks("origin", 5, "eval")) {
        expect(task.origin.split).toBe("eval");
        expect(family.propose(family.proposal(task), "train")).toBeUndefined();
      }
    });

    it("hides the truth in questions, which it reads back from their own words", () => {
      for (const task of tasks("ask", 10)) {
        expect(Object.keys(ask(task)).sort()).toEqual(["family", "id", "text"]);
        expect(family.question(task.text).text).toBe(task.text);
      }
      expect(() => family.question("what is love?")).toThrow(`is no question of the family ${family.id}`);
    });

    it("solves its tasks", () => {
      const r = random(4);
      for (const task of tasks("solve", 30)) {
        const text = solved(task, r);
        const verdict = family.verify(task, text, "short");
        expect(verdict).toMatchObject({ correct: true, wellFormed: true, firstError: 0 });
        expect(verdict.steps.every(Boolean)).toBe(true);
        expect(accepts(task, text)).toBe(true);
        expect(family.check?.(ask(task), text) ?? true).toBe(true);
        expect(family.parse(ask(task), text, "short").answer).toBe(task.secret.answer);
      }
    });

    it("plays valid derivations, and chains that judge their tries truly", () => {
      const r = random(5);
      for (const task of tasks("play", 30)) {
        const question = ask(task);
        const short = family.play(question, r, "short");
        if (short !== undefined) {
          const verdict = family.verify(task, short, "short");
          expect(verdict.wellFormed).toBe(true);
          // Only the last step may be wrong, by missing what was asked.
          if (playIsValid) expect(verdict.steps.slice(0, -1).every(Boolean)).toBe(true);
          expect(verdict.correct).toBe(accepts(task, short));
          expect(length(short)).toBeLessThanOrEqual(family.maxTokens(question, "short"));
          if (playIsValid) expect(family.state?.(question, [short])).toBeDefined();
        }
        const long = family.play(question, r, "long");
        if (long !== undefined) {
          const verdict = family.verify(task, long, "long");
          expect(verdict).toMatchObject({ wellFormed: true, firstError: 0 });
          const { attempts = [] } = family.parse(question, long, "long");
          expect(attempts.map(({ text }) => accepts(task, text))).toEqual(attempts.map(({ accepted }) => accepted));
          expect(verdict.attempts).toBe(attempts.length);
          expect(verdict.solvedAt).toBe(1 + attempts.findIndex(({ accepted }) => accepted));
          expect(verdict.correct).toBe(attempts.at(-1)?.accepted);
          expect(length(long)).toBeLessThanOrEqual(family.maxTokens(question, "long"));
        }
      }
    });

    it("finds a false verdict in a chain", () => {
      const r = random(6);
      for (const task of tasks("verdict", 5)) {
        const body = solved(task, r).slice(0, -2);
        expect(family.verify(task, `${body} <right> ;`, "long")).toMatchObject({
          correct: true,
          attempts: 1,
          solvedAt: 1,
          firstError: 0,
        });
        const denied = family.verify(task, `${body} <wrong> ${body} <right> ;`, "long");
        expect(denied).toMatchObject({ correct: true, error: "<wrong-verdict>", attempts: 2, solvedAt: 1 });
        expect(denied.firstError).toBe(denied.steps.length / 2);
        expect(family.verify(task, `${body} <right> ${body} <right> ;`, "long")).toMatchObject({
          correct: false,
          wellFormed: false,
        });
        expect(family.verify(task, `${body} <wrong>`, "long")).toMatchObject({ correct: false, wellFormed: false });
      }
    });

    it("never throws on a damaged reply, and accepts none that is wrong", () => {
      const r = random(7);
      let rejected = 0;
      for (const task of tasks("damage", 60)) {
        const text = damaged(solved(task, r), family, r);
        for (const form of ["short", "long", "critique", "proposal"] as const) {
          const verdict = family.verify(task, text, form);
          const parsed = family.parse(ask(task), text, form);
          expect(parsed.steps.map((step) => step.text).join(" ")).toBe(text);
          expect(verdict.steps.length).toBe(parsed.steps.length);
          expect(verdict.wellFormed).toBe(parsed.wellFormed);
          expect(verdict.firstError).toBeLessThanOrEqual(Math.max(1, verdict.steps.length));
        }
        const verdict = family.verify(task, text, "short");
        expect(verdict.correct).toBe(accepts(task, text));
        expect(verdict.correct).toBe(verdict.firstError === 0);
        if (!verdict.correct) {
          expect(family.errors).toContain(verdict.error);
          expect(verdict.steps.indexOf(false)).toBe(verdict.steps.length === 0 ? -1 : verdict.firstError - 1);
          rejected++;
        }
      }
      expect(rejected).toBeGreaterThan(difficulties.length * 30);
    });

    it("criticises exactly", () => {
      const r = random(8);
      const cases = tasks("critique", 40).map((task) => {
        const text = damaged(solved(task, r), family, r);
        return { task, text, critique: family.critique(task, text) };
      });
      for (const { task, text, critique } of cases) {
        expect(undeclared(critique)).toEqual([]);
        expect(length(critique)).toBeLessThanOrEqual(family.maxTokens(ask(task), "critique"));
        expect(family.parse(ask(task), critique, "critique").wellFormed).toBe(true);
        expect(family.judgeCritique(task, text, critique)).toEqual({
          wellFormed: true,
          locates: true,
          kind: true,
          fixes: true,
        });
      }
      const whole = ({ locates, kind, fixes }: { locates: boolean; kind: boolean; fixes: boolean }): boolean =>
        locates && kind && fixes;
      const borrowed = cases.filter(({ task, text }, i) =>
        whole(family.judgeCritique(task, text, cases[(i + 7) % cases.length].critique)),
      );
      expect(borrowed.length).toBeLessThan(cases.length / 2);
      for (const { task, text } of cases) {
        const { firstError, error } = family.verify(task, text, "short");
        if (firstError === 0) continue;
        expect(family.judgeCritique(task, text, "<fine> ;")).toMatchObject({ wellFormed: true, locates: false });
        const other = family.errors.find((kind) => kind !== error);
        expect(
          family.judgeCritique(task, text, `<step> ${[...String(firstError)].join(" ")} ${other} <malformed> ;`),
        ).toMatchObject({ wellFormed: true, locates: true, kind: false, fixes: false });
        expect(family.judgeCritique(task, text, `<step> 9 9 9 ${error} <none> ;`)).toMatchObject({
          locates: false,
          kind: true,
          fixes: false,
        });
      }
    });

    it("says of a right reply that no step is wrong", () => {
      const r = random(9);
      for (const task of tasks("fine", 5)) {
        const text = solved(task, r);
        expect(family.critique(task, text)).toBe("<fine> ;");
        expect(family.judgeCritique(task, text, "<fine> ;")).toEqual({
          wellFormed: true,
          locates: true,
          kind: true,
          fixes: true,
        });
        expect(family.judgeCritique(task, text, "<step> 1 <malformed> <none> ;")).toMatchObject({
          locates: false,
          fixes: false,
        });
        expect(family.judgeCritique(task, text, "fine").wellFormed).toBe(false);
      }
    });

    it("proposes tasks that are read back", () => {
      const r = random(10);
      for (const task of tasks("propose", 20)) {
        const text = family.proposal(task);
        const back = family.propose(text, "train");
        expect(back).toMatchObject({ text: task.text, difficulty: task.difficulty, secret: task.secret, id: task.id });
        expect(back && family.key(ask(back))).toBe(family.key(ask(task)));
        expect(family.verify(task, text, "proposal").correct).toBe(true);
        expect(length(text)).toBeLessThanOrEqual(family.maxTokens(ask(task), "proposal"));
        for (const garbage of [
          "",
          ";",
          text.slice(0, -2),
          `${text} ;`,
          `: ${text}`,
          r
            .shuffle([...family.words])
            .slice(0, 9)
            .join(" "),
        ])
          expect(family.propose(garbage, "train")).toBeUndefined();
      }
    });

    it("speaks in declared words only, within its limits", () => {
      const r = random(11);
      for (const task of tasks("words", 20)) {
        const question = ask(task);
        const solution = solved(task, r);
        const hint = family.hint(task);
        const texts = [
          solution,
          family.proposal(task),
          family.prompt(question, "proposal"),
          family.prompt(question, "critique", { solution }),
          family.prompt(question, "long"),
          family.prompt(question, "short", { hint }),
          family.play(question, r, "long") ?? solution,
        ];
        expect(texts.flatMap(undeclared)).toEqual([]);
        expect(length(solution)).toBeLessThanOrEqual(family.maxTokens(question, "short"));
        expect(hint).toBeDefined();
        expect(family.prompt(question, "short", { hint })).toContain(` <hint> ${hint} `);
      }
    });

    it("tells the hint that a reply follows from the reply alone", () => {
      const r = random(14);
      for (const task of tasks("hint", 10)) {
        const question = ask(task);
        // The hint of a task is that of one of its solutions, of which the easiest tasks have few.
        const hints = Array.from({ length: 60 }, () => family.hintOf?.(question, solved(task, r)));
        if (task.difficulty === difficulties[0]) expect(hints).toContain(family.hint(task));
        expect(hints.map((hint) => length(hint ?? ""))).toEqual(hints.map(() => length(family.hint(task) ?? "")));
        expect(family.hintOf?.(question, "<fine> ;")).toBeUndefined();
      }
    });

    it("names states by what is still to do, and none after a wrong step", () => {
      const r = random(12);
      for (const task of tasks("state", 10)) {
        const question = ask(task);
        const steps = family.parse(question, solved(task, r), "short").steps.map((step) => step.text);
        const names = steps.map((_, i) => family.state?.(question, steps.slice(0, i)));
        expect(names.every((state) => state !== undefined)).toBe(true);
        expect(new Set(names).size).toBe(names.length);
        expect(family.state?.(question, [...steps.slice(0, -1), "<fine> ;"])).toBeUndefined();
      }
    });

    it.skipIf(family.relabel === undefined)("relabels what failed as what it solves", () => {
      const r = random(13);
      let count = 0;
      for (const task of tasks("relabel", 50)) {
        const text = family.play(ask(task), r, "short") ?? "";
        const other = family.relabel?.(task, text);
        if (other === undefined) continue;
        count++;
        expect(family.verify(other, text, "short").correct).toBe(true);
        expect(accepts(other, text)).toBe(true);
        expect(other.origin).toMatchObject({ parents: [task.id], split: task.origin.split });
        expect(family.relabel?.(task, `${text} ;`)).toBeUndefined();
      }
      expect(count).toBeGreaterThan(10);
    });

    it.skipIf(family.equivalents === undefined)("puts the same problem differently", () => {
      const r = random(14);
      for (const task of tasks("equivalents", 10)) {
        const others = family.equivalents?.(ask(task)) ?? [];
        expect(others.length).toBeGreaterThan(0);
        for (const other of others) {
          expect(family.key(other)).toBe(family.key(ask(task)));
          expect(accepts({ ...task, text: other.text, id: other.id }, solved(task, r))).toBe(true);
        }
      }
    });
  });
}

/** The reply with one word replaced, left out, doubled or swapped with another. */
function damaged(text: string, family: Family, r: Random): string {
  const words = text.split(" ");
  const at = r.int(words.length);
  const kind = r.int(5);
  if (kind === 0) words.splice(at, 1);
  else if (kind === 1) words.splice(at, 0, words[at]);
  else if (kind === 2) {
    const other = r.int(words.length);
    [words[at], words[other]] = [words[other], words[at]];
  } else if (kind === 3) words[at] = r.pick(family.words);
  else words[at] = r.pick([...(family.numerals?.keys() ?? family.words)]);
  return words.join(" ");
}
