import { Option, type Command } from "commander";
import { Budget } from "../core/budget.ts";
import { UserError } from "../core/errors.ts";
import type { Form } from "../core/family.ts";
import type { Model } from "../core/model.ts";
import type { Device } from "../engine/embedded/thread.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import { optionsOf } from "../evolution/options.ts";
import { instantiate } from "../evolution/resolver.ts";
import type { Settings } from "../evolution/start.ts";
import { findMethod } from "../registry.ts";
import { natural, object, setting } from "./args.ts";
import { Interrupted, json, line, paint, type Io } from "./io.ts";
import { openModel } from "./places.ts";

export interface SolveArgs {
  readonly checkpoint: string;
  readonly reasoner?: string;
  readonly set?: Settings;
  readonly samples?: number;
  readonly tokens?: number;
  readonly form?: Extract<Form, "short" | "long">;
  readonly family?: string;
  readonly options?: Settings;
  readonly seed?: string;
  readonly threads?: number;
  readonly device?: Device;
  readonly json?: boolean;
}

export interface Solved {
  readonly question: string;
  readonly reply: string;
  readonly answer?: string;
  /** What a check that sees the question only says; absent where the family has none. */
  readonly accepted?: boolean;
  readonly tokens: number;
  readonly reasoner: string;
  readonly error?: string;
}

/** Answers one question of a task family. */
export async function solveCommand(io: Io, text: string, o: SolveArgs): Promise<Solved> {
  const { model, family, recipe } = await openModel(o.checkpoint, o);
  try {
    const question = family.question(text);
    const form = o.form ?? (recipe?.family.id === family.id ? recipe.form : "short");
    const voting = o.reasoner === "self-consistency";
    const id = voting ? "bon" : (o.reasoner ?? "cot");
    const options = await optionsFor(id, form, o);
    const streams = io.tty && o.json !== true && id === "cot" && options.n === 1;
    const budget = new Budget(o.tokens === undefined ? {} : { tokens: o.tokens });
    const c = makeContext({
      models: { reasoner: streams ? streaming(model, io.write) : model },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed: `${o.seed ?? "1"}/solve`,
      signal: io.signal,
      budget,
      ...(voting
        ? { evaluator: await instantiate(findMethod, "evaluator", { id: "self-consistency", options: {} }) }
        : {}),
    });
    const reason = await instantiate(findMethod, "reasoner", { id, options });
    const [best] = (await reason(question, c)).solutions;
    if (io.signal.aborted) throw new Interrupted("nothing was written; ask again");
    const solved: Solved = {
      question: question.text,
      reply: best.text,
      ...(best.answer === undefined ? {} : { answer: best.answer }),
      ...(family.check ? { accepted: family.check(question, best.text) } : {}),
      tokens: budget.spent.outputTokens,
      reasoner: o.reasoner ?? "cot",
      ...(best.error ? { error: best.error.message } : {}),
    };
    if (o.json === true) json(io, solved);
    else show(io, solved, streams);
    return solved;
  } finally {
    await model.close();
  }
}

function show(io: Io, { reply, accepted, tokens, error }: Solved, streamed: boolean): void {
  line(io, streamed ? "" : reply === "" ? "(no reply)" : reply);
  const verdict =
    accepted === undefined
      ? "nothing can check this without the answer"
      : accepted
        ? paint(io, "green", "✓ the rules accept it")
        : paint(io, "red", "✗ the rules do not accept it");
  line(io, `${verdict}${error === undefined ? "" : ` (${error})`}, ${tokens} tokens`);
}

/** Options of the reasoner: what the flags mean for it, then --set. */
async function optionsFor(id: string, form: Form, o: SolveArgs): Promise<Settings> {
  const known = optionsOf(await findMethod(id));
  const samples = o.samples ?? (id === "cot" ? 1 : undefined);
  if (o.samples !== undefined && !("n" in known)) {
    throw new UserError(
      `${id} is not a matter of --samples`,
      `see its options (autodidact methods ${id}) and give them by --set key=value`,
    );
  }
  return {
    ...("form" in known ? { form } : {}),
    ...(samples === undefined ? {} : { n: samples }),
    ...("temperature" in known && samples === 1 ? { temperature: 0 } : {}),
    ...("tokens" in known && o.tokens !== undefined ? { tokens: o.tokens } : {}),
    ...o.set,
  };
}

/** The same model, which also shows its first completion as it is written. */
function streaming(model: Model, write: (text: string) => void): Model {
  const { name, version, can, tokenizer } = model;
  let first = true;
  const onToken = (completion: number, _id: number, text: string): void => {
    if (completion > 0) return;
    write(first ? text : ` ${text}`);
    first = false;
  };
  return {
    name,
    version,
    can,
    tokenizer,
    sample: (prompt, sampling) => model.sample(prompt, { ...sampling, onToken }),
  };
}

export function addSolve(program: Command, io: Io): void {
  program
    .command("solve")
    .summary("answer a question")
    .description("Answers a question with the model of a run or checkpoint: greedily, or by a reasoner that searches.")
    .argument("<question>", "in the words of the task family; a wrong one shows the form expected")
    .requiredOption("--checkpoint <dir>", "a run (its last round, or RUN@ROUND), or a checkpoint's directory")
    .option("--reasoner <id>", "cot, bon, self-consistency, mcts, levin, … (default: cot, one greedy reply)")
    .option("--set <key=value>", "an option of the reasoner; may be repeated", setting)
    .option("--samples <n>", "samples to choose from", natural)
    .option("--tokens <n>", "generated tokens at most", natural)
    .addOption(
      new Option("--form <form>", "one derivation, or a chain of tries (default: the recipe's)").choices([
        "short",
        "long",
      ]),
    )
    .option("--family <id>", "task family (default: what the checkpoint was trained on)")
    .option("--options <json>", "options of the family", object)
    .option("--seed <seed>", "of the samples", "1")
    .option("--threads <n>", "threads of the engine", natural)
    .addOption(new Option("--device <device>", "what the engine runs on").choices(["cpu", "webgpu"]).default("cpu"))
    .option("--json", "the result as one JSON object")
    .addHelpText(
      "after",
      `
Examples
  autodidact solve --checkpoint runs/demo-1 "make 22 from 3, 5 and 7"
  autodidact solve --checkpoint runs/demo-1 --reasoner levin --tokens 500 "3 5 7 > 22"`,
    )
    .action(async (text: string, o: SolveArgs) => void (await solveCommand(io, text, o)));
}
