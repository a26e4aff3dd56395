/** `solve --file`: many questions side by side; what is done is kept, and the same command goes on where it stopped. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { verify } from "../answers/verify.ts";
import { messageOf, UserError } from "../core/errors.ts";
import { hash, type Json } from "../core/json.ts";
import { serialise } from "../core/serial.ts";
import type { Question } from "../core/task.ts";
import type { Tree } from "../core/tree.ts";
import { memoryCalls, type CallStore } from "../evolution/context.ts";
import { wilson } from "../evolution/coverage.ts";
import { ledgerFile } from "../store/database.ts";
import { Ledger } from "../store/ledger.ts";
import { count, duration, Interrupted, json, line, percent, type Io } from "./io.ts";
import type { Spoken } from "./models.ts";
import { solverOf, type Solved, type SolvingArgs } from "./solving.ts";

export interface BatchArgs extends SolvingArgs {
  readonly file: string;
  readonly spec: string;
  readonly out?: string;
  readonly width?: number;
  readonly json?: boolean;
}

const row = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  question: z.string().trim().min(1),
  answer: z.union([z.string(), z.number()]).optional(),
});
const done = z.looseObject({ id: z.string(), correct: z.boolean().nullable(), tokens: z.number() });

interface Asked {
  readonly id: string;
  readonly question: Question;
  readonly answer?: string;
}

/** The file's questions. Throws UserError naming the line that is none. */
function questionsOf(file: string, { family }: Spoken): Asked[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${messageOf(error)}`, "name a file of JSON lines", error);
  }
  const seen = new Set<string>();
  return text.split("\n").flatMap((content, i): Asked[] => {
    if (content.trim() === "") return [];
    const where = `${file}, line ${i + 1}`;
    const remedy = 'write {"question": "…"}, with "id" and "answer" if you like';
    let read: z.output<typeof row>;
    try {
      read = row.parse(JSON.parse(content));
    } catch (error) {
      throw new UserError(`${where} is no question`, remedy, error);
    }
    const question = family.question(read.question);
    const id = read.id === undefined ? question.id : String(read.id);
    if (seen.has(id))
      throw new UserError(`${where} repeats the question or id ${id}`, "give every line an id of its own");
    seen.add(id);
    return [{ id, question, ...(read.answer === undefined ? {} : { answer: String(read.answer) }) }];
  });
}

interface Kept {
  readonly calls: CallStore;
  /** Lines of solutions.jsonl by id. */
  readonly before: ReadonlyMap<string, z.output<typeof done>>;
  write(line: Json, trees: readonly Tree[]): void;
  close(): void;
}

/** The directory of --out: ledger.sqlite with every call, solutions.jsonl, trees.txt. Without it nothing is kept. */
function keep(dir: string | undefined, settings: Json, seed: string, paid: boolean): Kept {
  if (dir === undefined) return { calls: memoryCalls(), before: new Map(), write: () => {}, close: () => {} };
  const about = join(dir, "solve.json");
  const known = existsSync(join(dir, ledgerFile));
  if (known && (!existsSync(about) || hash(z.json().parse(JSON.parse(readFileSync(about, "utf8")))) !== hash(settings)))
    throw new UserError(
      `${dir} holds the work of another command`,
      "name another --out, or repeat that command as it was",
    );
  mkdirSync(dir, { recursive: true });
  const ledger = known
    ? Ledger.open(dir, { write: true })
    : Ledger.create(dir, { recipe: settings, recipeId: "solve", seed });
  writeFileSync(about, `${JSON.stringify(settings, null, 2)}\n`);
  const file = join(dir, "solutions.jsonl");
  // A line that a crash cut in two is no line: its question is answered again, from the calls.
  const whole = existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .slice(0, -1)
        .flatMap((content) => done.safeParse(parsed(content)).data ?? [])
    : [];
  if (known) writeFileSync(file, whole.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const at = { phase: 0, round: 0 };
  return {
    calls: {
      getCall: (id) => ledger.getCall(id),
      putCall: (call) => {
        ledger.putCall(at, call);
        // What somebody else charged for is on the disk before anything else happens.
        if (paid) ledger.flush();
      },
    },
    before: new Map(whole.map((one) => [one.id, one])),
    write: (solved, trees) => {
      ledger.flush();
      for (const tree of trees) appendFileSync(join(dir, "trees.txt"), `${serialise(tree)}\n`);
      appendFileSync(file, `${JSON.stringify(solved)}\n`);
    },
    close: () => ledger.close(),
  };
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** Answers every question of the file and tells how many of those with an answer are right. */
export async function solveFile(io: Io, spoken: Spoken, o: BatchArgs): Promise<void> {
  const asked = questionsOf(o.file, spoken);
  const {
    reasoner = "adaptive",
    set = {},
    evaluator = null,
    guide = null,
    samples = null,
    seed = "1",
    form = null,
  } = o;
  const budget: Json = { ...o.budget };
  const settings: Json = {
    model: o.spec,
    version: spoken.model.version,
    reasoner,
    set,
    evaluator,
    guide,
    samples,
    budget,
    seed,
    form,
  };
  const kept = keep(o.out, settings, seed, !spoken.model.can.ids);
  const start = performance.now();
  let fresh = 0;
  let tokens = 0;
  const verdicts: (boolean | null)[] = [];
  try {
    const solver = await solverOf(spoken, io, o, { calls: kept.calls });
    const left = asked.filter(({ id }) => {
      const known = kept.before.get(id);
      if (known) verdicts.push(known.correct);
      return known === undefined;
    });
    if (left.length < asked.length)
      io.warn(`${asked.length - left.length} of ${asked.length} questions are done already`);
    const told = setInterval(() => {
      const seconds = (performance.now() - start) / 1000;
      const eta = fresh === 0 ? "" : `, ETA ${duration((seconds / fresh) * (left.length - fresh))}`;
      io.warn(
        `${verdicts.length}/${asked.length} questions, ${count(tokens)} tokens, ${right(verdicts)}${duration(seconds)}${eta}`,
      );
    }, 10_000);
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < left.length && !io.signal.aborted) {
        const { id, question, answer } = left[next++];
        const { solved, trees } = await solver.solve(question);
        if (io.signal.aborted) return;
        const correct = answer === undefined ? null : isRight(answer, solved);
        const { outputTokens } = solved.cost;
        fresh++;
        tokens += outputTokens;
        verdicts.push(correct);
        const result = { id, ...solved, cost: { ...solved.cost }, tokens: outputTokens, correct };
        kept.write(result, trees);
        if (o.json === true) json(io, result);
        else
          line(
            io,
            `${id}  ${solved.answer ?? `(${solved.error ?? "no answer"})`}${correct === null ? "" : correct ? "  ✓" : "  ✗"}`,
          );
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(o.width ?? 32, left.length) }, work));
    } finally {
      clearInterval(told);
    }
  } finally {
    kept.close();
  }
  const again = o.out === undefined ? "nothing was kept; name an --out next time" : "go on with the same command";
  if (io.signal.aborted) throw new Interrupted(`${verdicts.length} of ${asked.length} questions are done; ${again}`);
  for (const note of spoken.notes()) io.warn(note);
  io.warn(
    `${asked.length} questions, ${right(verdicts)}${count(tokens)} tokens now, ${duration((performance.now() - start) / 1000)}`,
  );
}

const isRight = (answer: string, { answer: said, reply }: Solved): boolean =>
  verify(answer, said ?? reply).equal === true;

/** "62.5 % right (55.1 % to 69.3 %), " of those that could be judged. */
function right(verdicts: readonly (boolean | null)[]): string {
  const judged = verdicts.filter((verdict) => verdict !== null);
  if (judged.length === 0) return "";
  const { value, low, high } = wilson(judged.filter(Boolean).length, judged.length);
  return `${percent(value)} right (${percent(low)} to ${percent(high)}), `;
}
