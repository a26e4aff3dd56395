import { UserError } from "../../core/errors.ts";
import type { CritiqueVerdict, Family, Form } from "../../core/family.ts";
import { random as randomOf } from "../../core/random.ts";
import type { Random } from "../../core/random.ts";
import type { Question, Split, Task } from "../../core/task.ts";
import {
  digitWords,
  end,
  fingerprint,
  hintMark,
  malformed,
  readCritique,
  right,
  roleWords,
  sharedErrors,
  sharedWords,
  splitOf,
  wordsOf,
  writeCritique,
  wrong,
} from "./grammar.ts";
import { readerOf } from "./reader.ts";
import type { Rules } from "./rules.ts";
import { truthOf } from "./truth.ts";

/** Tries of a long chain unless told otherwise; maxTokens has room for so many. */
const defaultTries = 8;

/** Draws before a split is taken to hold no task of a difficulty. */
const patience = 20_000;

/** The family of the rules. */
export function familyOf<M extends object, S extends object | number>(rules: Rules<M, S>): Family {
  const { id, delimiter, opens } = rules;
  const errors = [...sharedErrors, ...rules.errors];
  const words = [
    ...new Set([...sharedWords, ...rules.errors, opens, ...(delimiter === "" ? [] : [delimiter]), ...rules.words]),
  ];
  const numerals = rules.numerals ?? new Map(digitWords.map((word, value) => [word, value]));
  const reader = readerOf(rules, errors);
  const { parse, verifyShort, verifyLong, follow, replay, remaining, render, readProposal } = reader;
  const materials = new WeakMap<object, M>();

  const material = (asked: Question | Task): M => {
    let m = materials.get(asked);
    if (m === undefined) {
      m = rules.read(wordsOf(asked.text), asked.secret?.answer);
      if (m === undefined)
        throw new UserError(`"${asked.text}" is no question of the family ${id}`, `ask like this: ${rules.example}`);
      materials.set(asked, m);
    }
    return m;
  };
  const splitOfMaterial = (m: M, question: Question): Split => rules.split?.(m) ?? splitOf(rules.key(m, question));
  const questionOf = (m: M): Question => {
    const text = rules.write(m).join(" ");
    return { id: `${id}-${fingerprint(text)}`, family: id, text };
  };
  const taskOf = (m: M, by: string, parents: readonly string[], seed: string): Task => {
    const text = rules.write(m).join(" ");
    const answer = rules.answer(m);
    const question = {
      id: `${id}-${fingerprint(answer === undefined ? text : `${text} ${answer}`)}`,
      family: id,
      text,
    };
    const origin = { by, parents, seed, split: splitOfMaterial(m, question) };
    return {
      ...question,
      difficulty: rules.difficultyOf(m),
      origin,
      by: [],
      secret: answer === undefined ? {} : { answer },
    };
  };

  const play = (
    question: Question,
    random: Random,
    form: Form,
    o?: { tries?: number; last?: string },
  ): string | undefined => {
    const asked = material(question);
    const m = rules.worked?.(asked) ?? asked;
    const derive = (): string | undefined => {
      const steps = rules.derive === undefined ? rules.complete(m, rules.start(m), random) : rules.derive(m, random);
      return steps && render(steps);
    };
    if (form === "short") return derive();
    if (form !== "long" || rules.blind === true) return undefined;
    const chain: string[] = [];
    const tries = o?.tries ?? defaultTries;
    for (let i = 1; i <= tries; i++) {
      const given = i === tries ? o?.last : undefined;
      let tried = given ?? derive();
      if (tried === undefined) return undefined;
      if (given === undefined && rules.forced && random.next() < 0.5) tried = slip(tried, numerals, random);
      const hit = verifyShort(m, tried).correct;
      chain.push(tried.slice(0, -end.length - 1), hit ? right : wrong);
      if (hit) break;
    }
    return [...chain, end].join(" ");
  };

  const critique = (task: Task, text: string): string => {
    const m = material(task);
    const { firstError, error, before } = follow(m, text);
    return writeCritique({
      step: firstError,
      kind: error,
      correction: firstError === 0 ? undefined : remaining(m, before, randomOf(task.id))?.[0],
    });
  };
  const judgeCritique = (task: Task, solution: string, text: string): CritiqueVerdict => {
    const said = readCritique(text, errors);
    if (said === undefined) return { wellFormed: false, locates: false, kind: false, fixes: false };
    const m = material(task);
    const { firstError, error, before } = follow(m, solution);
    const locates = said.step === firstError;
    if (firstError === 0 || said.step === 0) return { wellFormed: true, locates, kind: locates, fixes: locates };
    const random = randomOf(task.id);
    const fixed = said.correction && rules.step(m, before, said.correction, 0, said.correction.length);
    const fixes =
      fixed === undefined
        ? remaining(m, before, random)?.[0] === undefined
        : typeof fixed !== "string" && remaining(m, fixed, random) !== undefined;
    return { wellFormed: true, locates, kind: said.kind === error, fixes: locates && fixes };
  };

  const truth = truthOf(rules, reader, material);
  const { check, relabel, equivalents } = rules;
  return Object.freeze<Family>({
    id,
    about: rules.about,
    words,
    errors,
    numerals,
    ...(rules.digits === undefined ? {} : { digits: rules.digits }),
    difficulty: rules.difficulty,
    end,
    delimiter,
    generate: (random, o) => {
      const { min, max, unit } = rules.difficulty;
      if (!Number.isInteger(o.difficulty) || o.difficulty < min || o.difficulty > max)
        throw new UserError(
          `difficulty ${o.difficulty} of the family ${id} is out of range`,
          `use ${min} to ${max} (${unit})`,
        );
      for (let i = 0; i < patience; i++) {
        const m = rules.draw(random, o.difficulty);
        if (m === undefined) continue;
        const task = taskOf(m, id, [], random.seed);
        if (task.origin.split === o.split) return task;
      }
      throw new UserError(
        `the family ${id} has no ${o.split} task of difficulty ${o.difficulty}`,
        `use another difficulty, ${min} to ${max}`,
      );
    },
    key: (question) => rules.key(material(question), question),
    question: (text) => {
      const line = text.trim().replace(/\s+/g, " ");
      const m = rules.read(wordsOf(line)) ?? rules.read(rules.human(line.toLowerCase()) ?? []);
      if (m === undefined)
        throw new UserError(`"${text}" is no question of the family ${id}`, `ask like this: ${rules.example}`);
      return questionOf(m);
    },
    prompt: (question, form, given) => {
      const hinted = given?.hint === undefined ? "" : ` ${hintMark} ${given.hint}`;
      const solved = form === "critique" && given?.solution !== undefined ? ` ${given.solution} ${opens}` : "";
      return `${roleWords[form]} ${question.text}${hinted} ${opens}${solved}`;
    },
    maxTokens: (question, form) => {
      const m = material(question);
      const short = rules.maxWords(m);
      if (form === "long") return defaultTries * short + 1;
      if (form === "critique") return short + 6;
      // A proposal may be harder than the question it starts from, and carry what the question hides.
      return form === "short" ? short : rules.write(m).length + short + 8;
    },
    parse: (_, text, form) => parse(text, form),
    verify: (task, text, form) => {
      if (form === "short") return verifyShort(material(task), text);
      if (form === "long") return verifyLong(material(task), text);
      const { wellFormed, steps } = parse(text, form);
      const w = wordsOf(text);
      const proposed = form === "proposal" && wellFormed ? readProposal(w.slice(0, -1)) : undefined;
      const correct = proposed !== undefined && rules.proper(proposed);
      return {
        correct,
        wellFormed,
        steps: steps.map(() => correct),
        firstError: correct ? 0 : 1,
        ...(correct ? {} : { error: malformed }),
      };
    },
    ...(check === undefined
      ? {}
      : {
          check: (question: Question, text: string) =>
            check === "full" ? verifyShort(material(question), text).correct : check(material(question), text),
        }),
    state: (question, steps) => {
      const m = material(question);
      const at = replay(m, steps);
      return at && rules.stateKey(at.state, m);
    },
    play,
    ...(relabel === undefined
      ? {}
      : {
          relabel: (task: Task, text: string) => {
            const m = material(task);
            const at = replay(m, [text]);
            const reached = at?.ended === true ? relabel(m, at.state) : undefined;
            return reached && taskOf(reached, `${id}/hindsight`, [task.id], task.origin.seed);
          },
        }),
    solve: (task, random) => {
      const m = material(task);
      const steps = rules.complete(m, rules.start(m), random);
      return steps && render(steps);
    },
    hint: (task) => rules.hint(material(task), randomOf(task.id))?.join(" "),
    hintOf: (_, reply) => {
      const { wellFormed, answer } = parse(reply, "short");
      if (!wellFormed) return undefined;
      return rules.hinted === undefined ? answer : rules.hinted(wordsOf(reply).slice(0, -1)).join(" ");
    },
    critique,
    judgeCritique,
    proposal: (task) => {
      const m = material(task);
      return [...(rules.proposals?.write(m) ?? rules.write(m)), end].join(" ");
    },
    propose: (text, split) => {
      const w = wordsOf(text);
      const m = w.at(-1) === end ? readProposal(w.slice(0, -1)) : undefined;
      if (m === undefined || !rules.proper(m)) return undefined;
      const task = taskOf(m, `${id}/proposal`, [], fingerprint(text));
      return task.origin.split === split ? task : undefined;
    },
    ...(equivalents === undefined
      ? {}
      : { equivalents: (question: Question) => equivalents(material(question)).map(questionOf) }),
    ...(truth === undefined ? {} : { truth }),
  });
}

/** The reply with one number replaced by another. */
function slip(text: string, numerals: ReadonlyMap<string, number>, random: Random): string {
  const words = wordsOf(text);
  const places = words.flatMap((word, i) => (numerals.has(word) ? [i] : []));
  words[random.pick(places)] = random.pick([...numerals.keys()]);
  return words.join(" ");
}
