/** One question after another by one reasoner, under one budget: what `solve` does for a question and for a file. */
import { Budget, type Limits } from "../core/budget.ts";
import type { Cost } from "../core/call.ts";
import { UserError } from "../core/errors.ts";
import type { Form } from "../core/family.ts";
import type { Model } from "../core/model.ts";
import type { Solution } from "../core/solution.ts";
import type { Question } from "../core/task.ts";
import type { Tree } from "../core/tree.ts";
import { makeContext, memoryCalls, type CallStore } from "../evolution/context.ts";
import { evaluatorFrom, guideFrom } from "../evolution/guide.ts";
import { optionsOf } from "../evolution/options.ts";
import { instantiate } from "../evolution/resolver.ts";
import type { Settings } from "../evolution/start.ts";
import { findMethod } from "../registry.ts";
import type { Io } from "./io.ts";
import type { Spoken } from "./models.ts";

export interface SolvingArgs {
  readonly reasoner?: string;
  readonly set?: Settings;
  /** Judges by comma; the last, which sees what the others say, ranks the replies. */
  readonly evaluator?: string;
  /** A value source or a judge, for searches. */
  readonly guide?: string;
  readonly samples?: number;
  /** Caps of one question. */
  readonly budget?: Limits & { readonly seconds?: number };
  readonly form?: Extract<Form, "short" | "long">;
  readonly seed?: string;
}

export interface Solved {
  readonly question: string;
  readonly reply: string;
  readonly answer?: string;
  /** What a check that sees the question only says; absent where the family has none. */
  readonly accepted?: boolean;
  /** Share of the solutions found that give this answer, where there are several. */
  readonly share?: number;
  readonly cost: Cost;
  readonly reasoner: string;
  readonly error?: string;
}

export interface Solver {
  /** Id of the reasoner, and the options that it got. */
  readonly reasoner: string;
  readonly options: Settings;
  solve(question: Question): Promise<{ solved: Solved; solutions: readonly Solution[]; trees: readonly Tree[] }>;
}

/** `calls` keeps replies, so that what was answered is not asked again. Throws UserError for options that do not fit. */
export async function solverOf(
  { model, family, recipe }: Spoken,
  io: Io,
  o: SolvingArgs,
  more: { readonly calls?: CallStore; readonly budget?: Budget; readonly stream?: boolean } = {},
): Promise<Solver> {
  const form = o.form ?? (recipe?.family.id === family.id ? recipe.form : "short");
  const voting = o.reasoner === "self-consistency";
  const id = voting ? "bon" : (o.reasoner ?? "adaptive");
  const options = await optionsFor(id, form, o);
  const judges = voting ? ["self-consistency"] : (o.evaluator?.split(",") ?? []);
  const refs = judges.map((judge) => ({ id: judge.trim(), options: {} }));
  const evaluator = refs.length === 0 ? undefined : await evaluatorFrom(findMethod, refs);
  const guide = o.guide === undefined ? undefined : await guideFrom(findMethod, { id: o.guide, options: {} });
  const reason = await instantiate(findMethod, "reasoner", { id, options });
  const streams = more.stream === true && id === "cot" && options.n === 1;
  const outer = more.budget ?? new Budget();
  const c = makeContext({
    models: { reasoner: streams ? streaming(model, io.write) : model, evaluator: model },
    families: new Map([[family.id, family]]),
    calls: more.calls ?? memoryCalls(),
    seed: `${o.seed ?? "1"}/solve`,
    signal: io.signal,
    budget: outer,
    ...(evaluator ? { evaluator } : {}),
    ...(guide ? { guide } : {}),
  });
  return {
    reasoner: o.reasoner ?? "adaptive",
    options,
    solve: async (question) => {
      const { seconds, ...caps } = o.budget ?? {};
      const deadline = seconds === undefined ? {} : { deadline: performance.now() + 1000 * seconds };
      const budget = outer.child({ ...caps, ...deadline });
      const { solutions, trees } = await reason(question, c.with({ budget }));
      const [best] = solutions;
      const answered = solutions.filter(({ answer }) => answer !== undefined);
      const same = answered.filter(({ answer }) => answer === best.answer);
      const solved: Solved = {
        question: question.text,
        reply: best.text,
        ...(best.answer === undefined ? {} : { answer: best.answer }),
        ...(family.check ? { accepted: family.check(question, best.text) } : {}),
        ...(answered.length > 1 && best.answer !== undefined ? { share: same.length / answered.length } : {}),
        cost: budget.spent,
        reasoner: o.reasoner ?? "adaptive",
        ...(best.error ? { error: best.error.message } : {}),
      };
      return { solved, solutions, trees };
    },
  };
}

/** Options of the reasoner: what the flags mean for it, then --set. */
async function optionsFor(id: string, form: Form, o: SolvingArgs): Promise<Settings> {
  const known = optionsOf(await findMethod(id));
  const samples = o.samples ?? (id === "cot" ? 1 : undefined);
  if (o.samples !== undefined && !("n" in known)) {
    throw new UserError(
      `${id} is not a matter of --samples`,
      `see its options (autodidact methods ${id}) and give them by --set key=value`,
    );
  }
  const { tokens } = o.budget ?? {};
  return {
    ...("form" in known ? { form } : {}),
    ...(samples === undefined ? {} : { n: samples }),
    ...("temperature" in known && samples === 1 ? { temperature: 0 } : {}),
    ...("tokens" in known && tokens !== undefined ? { tokens } : {}),
    ...o.set,
  };
}

/** The same model, which also shows its first completion as it is written. */
function streaming(model: Model, write: (text: string) => void): Model {
  const { name, version, can, tokenizer } = model;
  let first = true;
  const onToken = (completion: number, _id: number, text: string): void => {
    if (completion > 0) return;
    // A tokenizer of ours separates words; other models write their own spaces.
    write(first || !tokenizer ? text : ` ${text}`);
    first = false;
  };
  return {
    name,
    version,
    can,
    ...(tokenizer ? { tokenizer } : {}),
    sample: (prompt, sampling) => model.sample(prompt, { ...sampling, onToken }),
  };
}
