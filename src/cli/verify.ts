import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { z } from "zod";
import { audit, type Finding } from "../answers/audit.ts";
import { policySchema, type Policy } from "../answers/policy.ts";
import { verify } from "../answers/verify.ts";
import { messageOf, UserError } from "../core/errors.ts";
import type { Settings } from "../evolution/start.ts";
import { setting } from "./args.ts";
import { count, duration, Interrupted, json, line, paint, type Io } from "./io.ts";

export interface VerifyArgs {
  readonly policy?: Settings;
  readonly json?: boolean;
  readonly audit?: boolean;
}

export interface Verified {
  readonly equal: number;
  readonly different: number;
  readonly undecided: number;
  /** Lines that could not be read. */
  readonly bad: number;
  /** Verdicts that a rewriting changed; 0 without --audit. */
  readonly findings: number;
  readonly seconds: number;
}

const problem = ({ input }: { readonly input?: unknown }): string =>
  input === undefined
    ? "is missing"
    : typeof input === "number"
      ? "has too many digits for a JSON number: write a string"
      : "must be a string";

/** Numbers are taken as well, where JSON.parse has not rounded them. */
const text = z.preprocess(
  (value) =>
    typeof value === "number" && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? String(value) : value,
  z.string({ error: problem }),
);

const pairSchema = z.object({ id: z.union([z.string(), z.number()], { error: problem }), gold: text, answer: text });

type Pair = z.output<typeof pairSchema>;

/** The pair of a line, or what is wrong with it. */
function pairOf(content: string): Pair | string {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    return `no JSON (${messageOf(error)})`;
  }
  const read = pairSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return issue.path.length === 0 ? "no object" : `"${issue.path.join(".")}" ${issue.message}`;
}

/** The policy of `--policy` settings. Throws UserError for unknown names, with a list of those there are. */
export function policyOf(settings: Settings): Policy {
  const unknown = Object.keys(settings).find((name) => !(name in policySchema.shape));
  if (unknown !== undefined)
    throw new UserError(`no policy "${unknown}"`, `choose from ${Object.keys(policySchema.shape).join(", ")}`);
  const read = policySchema.safeParse(settings);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const name = issue.path.join(".");
  throw new UserError(`policy ${name}: ${issue.message}`, `give --policy ${name}=… a value that it has`);
}

/** The file's or standard input's bytes, and how many there are where that is known. */
function open(file: string): { stream: NodeJS.ReadableStream & { bytesRead?: number }; size?: number } {
  if (file === "-") return { stream: process.stdin };
  try {
    const stats = statSync(file);
    if (stats.isDirectory())
      throw new UserError(`${file} is a directory`, "name a file of JSON lines, or - for standard input");
    return { stream: createReadStream(file), size: stats.size };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read ${file}`, "name a file of JSON lines, or - for standard input", error);
  }
}

const PROGRESS_MS = 5000;
/** Lines between looks at the clock and at signals. */
const STRIDE = 64;

/** Judges every line's answer. Keeps nothing but counts, so that a file may be of any length. */
export async function verifyCommand(io: Io, file: string, o: VerifyArgs): Promise<Verified> {
  const policy = policyOf(o.policy ?? {});
  const { stream, size } = open(file);
  const counts = { equal: 0, different: 0, undecided: 0, bad: 0, findings: 0 };
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const judged = (): number => counts.equal + counts.different + counts.undecided;
  let told = start;
  let number = 0;

  const judge = (pair: Pair): void => {
    const { equal, how } = verify(pair.gold, pair.answer, policy);
    counts[equal === null ? "undecided" : equal ? "equal" : "different"]++;
    if (o.audit === true) {
      const findings = audit(pair, policy);
      counts.findings += findings.length;
      for (const finding of findings) show(io, o, finding, tellFinding);
    } else show(io, o, { id: pair.id, equal, how }, tellVerdict);
  };

  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (io.signal.aborted) throw new Interrupted(`${judged()} pairs were judged`);
    if (io.tty || !process.stderr.isTTY || performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    const share =
      size === undefined || stream.bytesRead === undefined ? "" : `${Math.floor((100 * stream.bytesRead) / size)} %, `;
    io.warn(`${share}${count(judged())} pairs, ${count(Math.round(judged() / elapsed()))}/s`);
  };

  const lines = createInterface({ input: stream, crlfDelay: Infinity });
  const failed = once(stream, "error").then(([error]) => {
    throw new UserError(`cannot read ${file}`, "see whether it is a file that you may read", error);
  });
  const readAll = async (): Promise<void> => {
    for await (const content of lines) {
      number++;
      const bare = number === 1 ? content.replace(/^\ufeff/u, "") : content;
      if (bare.trim() === "") continue;
      const pair = pairOf(bare);
      if (typeof pair === "string") {
        counts.bad++;
        io.warn(`${file === "-" ? "line " : `${file}:`}${number}: ${pair}`);
      } else judge(pair);
      if (number % STRIDE === 0) await pause();
    }
  };
  try {
    await Promise.race([readAll(), failed]);
  } finally {
    lines.close();
  }

  const seconds = elapsed();
  const rate = seconds > 0 ? `, ${count(Math.round(judged() / seconds))} pairs/s` : "";
  const found = o.audit === true ? `, ${counts.findings} verdicts changed by rewriting` : "";
  io.warn(
    `${counts.equal} equal, ${counts.different} different, ${counts.undecided} undecided${found} in ${duration(seconds)}${rate}`,
  );
  if (counts.bad > 0)
    throw new UserError(
      `${counts.bad} of ${counts.bad + judged()} lines could not be read`,
      'write each as {"id": …, "gold": "…", "answer": "…"}',
    );
  return { ...counts, seconds };
}

/** People at a terminal get words; everything else JSON. */
function show<T>(io: Io, o: VerifyArgs, result: T, tell: (io: Io, result: T) => void): void {
  if (o.json === true || !io.tty) json(io, result);
  else tell(io, result);
}

const sign = (equal: boolean | null): string => (equal === null ? "?" : equal ? "=" : "≠");

function tellVerdict(io: Io, { id, equal, how }: { id: string | number; equal: boolean | null; how: string }): void {
  const style = equal === null ? "yellow" : equal ? "green" : "red";
  line(io, `${paint(io, style, sign(equal))} ${id}  ${paint(io, "dim", how)}`);
}

function tellFinding(io: Io, { id, side, rewrite, before, after, text: rewritten }: Finding): void {
  line(
    io,
    `${id}  ${sign(before)} becomes ${sign(after)} with ${rewrite} on the ${side} side: ${JSON.stringify(rewritten)}`,
  );
}

export function addVerify(program: Command, io: Io): void {
  program
    .command("verify")
    .summary("judge answers against gold answers")
    .description(
      'Reads lines {"id", "gold", "answer"} and writes {"id", "equal": true, false or null, "how"} for each; null is undecided.',
    )
    .argument("<file>", "JSON lines, or - for standard input")
    .option("--policy <key=value>", "what counts as equal, repeatable", setting)
    .option("--json", "JSON lines on a terminal as well")
    .option("--audit", "list verdicts that change when a side is rewritten without changing its meaning")
    .addHelpText(
      "after",
      `\nPolicies\n${Object.entries(policySchema.shape)
        .map(([name, option]) => `  ${name}: ${option.description ?? ""}`)
        .join("\n")}\n\nExample\n  autodidact verify answers.jsonl --policy percent=value`,
    )
    .action(async (file: string, o: VerifyArgs) => void (await verifyCommand(io, file, o)));
}
