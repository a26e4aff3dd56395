/** Starting interpreters in a cage and running programs in them, beside a bare CPython process a program. */
import { spawn, spawnSync } from "node:child_process";
import type { Language } from "../src/sandbox/contract.ts";
import { createSandbox, type SandboxOptions } from "../src/sandbox/pool.ts";
import { ratioOf, secondsOf, takeTurns, type Contender } from "./measure.ts";
import type { Measured } from "./report.ts";

const programs: Record<Language, string> = {
  python: "print(sum(i * i for i in range(1000)))",
  javascript: "var sum = 0; for (let i = 0; i < 1000; i++) sum += i * i; console.log(sum);",
};
const printed = "332833500\n";

function check(text: string): void {
  if (text !== printed) throw new Error(`the program printed ${JSON.stringify(text)}`);
}

/** One program a process, without any cage. */
async function bare(): Promise<void> {
  const child = spawn("python3", ["-I", "-c", programs.python], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  await new Promise((resolve, reject) => {
    child.on("close", resolve);
    child.on("error", reject);
  });
  check(text);
}

const times = (n: number, work: () => Promise<void>): Contender => ({
  run: async () => {
    const seconds = await secondsOf(async () => {
      for (let i = 0; i < n; i++) await work();
    });
    return n / seconds;
  },
});

interface Case extends Contender {
  readonly what: string;
  readonly unit: string;
  close(): Promise<void>;
}

/** Programs one after another, each in an interpreter of its own. */
function fresh(language: Language, what: string, o: SandboxOptions, n: number): Case {
  const sandbox = createSandbox(o);
  const work = async (): Promise<void> => {
    const interpreter = await sandbox.open(language);
    check((await interpreter.run(programs[language])).stdout);
    await interpreter.close();
  };
  return { ...times(n, work), what: `${language}, ${what}`, unit: "programs", close: () => sandbox.close() };
}

/** Programs one after another in one interpreter. */
async function further(language: Language, n: number): Promise<Case> {
  const sandbox = createSandbox({ warm: 0 });
  const interpreter = await sandbox.open(language);
  const work = async (): Promise<void> => check((await interpreter.run(programs[language])).stdout);
  await work();
  return { ...times(n, work), what: `${language}, same interpreter`, unit: "runs", close: () => sandbox.close() };
}

/** Rates, each with its ratio to bare CPython processes measured in the same rounds where there is a python3. */
export async function sandboxing(rounds: number, tell: (line: string) => void): Promise<Measured[]> {
  const python = spawnSync("python3", ["--version"], { encoding: "utf8" });
  const version = python.status === 0 ? python.stdout.trim() : undefined;
  const rows: Measured[] = [];
  const cases = [
    () => fresh("python", "started from scratch", { warm: 0, image: false }, 1),
    () => fresh("python", "started from the memory image", { warm: 0 }, 2),
    () => fresh("python", "taken warm", {}, 4),
    () => further("python", 200),
    () => fresh("javascript", "started", { warm: 0 }, 4),
    () => fresh("javascript", "taken warm", {}, 8),
    () => further("javascript", 200),
  ];
  for (const open of cases) {
    const ours = await open();
    tell(ours.what);
    await ours.run();
    const [rates, theirs] = await takeTurns([ours, ...(version === undefined ? [] : [times(4, bare)])], rounds);
    await ours.close();
    const ratio = theirs === undefined ? undefined : ratioOf(rates, theirs);
    const note =
      ratio &&
      `${ratio.ofBests.toPrecision(3)} (${ratio.paired.toPrecision(3)}) times a bare ${version} process a program`;
    rows.push({ what: ours.what, unit: ours.unit, rates, notes: note === undefined ? [] : [note] });
  }
  return rows;
}
