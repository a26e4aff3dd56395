/** Orchestration of tree search: everything but the model. Beside TreeQuest's standard MCTS where python3 has it. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { noCost } from "../src/core/call.ts";
import { random } from "../src/core/random.ts";
import type { Child, Space } from "../src/core/space.ts";
import { MonteCarlo } from "../src/reasoner/search/monte-carlo.ts";
import puct from "../src/reasoner/search/scores/puct.ts";
import { median, ratioOf, secondsOf, takeTurns, type Contender } from "./measure.ts";
import type { Measured } from "./report.ts";

const children = 4;
const c = 1.25;

/** Finaliser of MurmurHash3: a state's value and its children's probabilities follow from its number. */
function hashed(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
const valueOf = (state: number): number => hashed(state) / 4294967296;
const childOf = (state: number, i: number): number => hashed(Math.imul(state, 31) + i + 1);
const logprobOf = (state: number): number => -3 * valueOf(state ^ 0x5bd1e995);

/** A generator that answers at once. */
const space: Space<number> = {
  root: 1,
  expand: (state, k) =>
    Promise.resolve(
      Array.from({ length: k }, (_, i): Child<number> => {
        const child = childOf(state, i);
        return { state: child, action: String(i), logprob: logprobOf(child), calls: [] };
      }),
    ),
  isTerminal: () => false,
  solution: (state) => ({ id: String(state), taskId: "bench", text: "", steps: [], by: [], cost: noCost }),
  spent: () => noCost,
};

function search(selected?: number[]): MonteCarlo<number> {
  return new MonteCarlo({
    space,
    score: puct.create({ c }),
    evaluate: (_, state) => {
      selected?.push(state);
      return Promise.resolve(valueOf(state));
    },
    children,
    fpu: "parent",
    gamma: 1,
    skipClosed: false,
    merge: false,
    random: random("bench"),
    halted: () => false,
  });
}

interface Plain {
  readonly state: number;
  readonly prior: number;
  readonly children: Plain[];
  visits: number;
  total: number;
}

/** The same search, written down as in a textbook: the states that it values, in order. */
function reference(simulations: number): number[] {
  const root: Plain = { state: space.root, prior: 1, children: [], visits: 0, total: 0 };
  const selected: number[] = [];
  for (let m = 0; m < simulations; m++) {
    const path = [root];
    let at = root;
    while (at.children.length > 0) {
      const parent = at;
      const scores = parent.children.map((child) => {
        const q = child.visits === 0 ? parent.total / parent.visits : child.total / child.visits;
        return q + (c * child.prior * Math.sqrt(parent.visits)) / (1 + child.visits);
      });
      at = parent.children[scores.indexOf(Math.max(...scores))];
      path.push(at);
    }
    const states = Array.from({ length: children }, (_, i) => childOf(at.state, i));
    const top = Math.max(...states.map(logprobOf));
    const weights = states.map((state) => Math.exp(logprobOf(state) - top));
    const sum = weights.reduce((a, b) => a + b, 0);
    at.children.push(
      ...states.map((state, i) => ({ state, prior: weights[i] / sum, children: [], visits: 0, total: 0 })),
    );
    selected.push(at.state);
    for (const node of path) {
      node.visits++;
      node.total += valueOf(at.state);
    }
  }
  return selected;
}

/** Whether a search values the same states in the same order as the reference. */
export async function sameAsReference(simulations: number): Promise<boolean> {
  const selected: number[] = [];
  await search(selected).run({ simulations });
  const plain = reference(simulations);
  return selected.length === plain.length && selected.every((state, i) => state === plain[i]);
}

const growing = (simulations: number, inFlight = 1): Contender => ({
  run: async () => {
    const tree = search();
    const seconds = await secondsOf(() => tree.run({ simulations, inFlight }));
    return simulations / seconds;
  },
});

/** A python3 that grows TreeQuest's trees on demand. */
class TreeQuest implements Contender {
  readonly version: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  nodes = 0;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    reader: Interface,
    lines: AsyncIterator<string>,
    version: string,
  ) {
    this.#child = child;
    this.#reader = reader;
    this.#lines = lines;
    this.version = version;
  }

  /** Undefined where there is no python3 or it has no TreeQuest. */
  static async start(): Promise<TreeQuest | undefined> {
    const script = fileURLToPath(new URL("treequest_reference.py", import.meta.url));
    const child = spawn("python3", [script], { stdio: ["pipe", "pipe", "ignore"] });
    child.on("error", () => {});
    const reader = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const hello: unknown = parsed(await lines.next());
    if (typeof hello === "object" && hello !== null && "version" in hello) {
      return new TreeQuest(child, reader, lines, String(hello.version));
    }
    reader.close();
    return undefined;
  }

  async run(): Promise<number> {
    this.#child.stdin.write(`${this.nodes}\n`);
    const answer: unknown = parsed(await this.#lines.next());
    if (typeof answer !== "object" || answer === null || !("seconds" in answer)) throw new Error("TreeQuest stopped");
    return this.nodes / Number(answer.seconds);
  }

  stop(): void {
    this.#reader.close();
    this.#child.stdin.end();
  }
}

function parsed(line: IteratorResult<string>): unknown {
  return line.done === true ? undefined : JSON.parse(line.value);
}

const number = (n: number): string => n.toLocaleString("en-US");

/** Simulations a second, each of which values one node and adds four; TreeQuest's values and adds one. */
export async function orchestrating(quick: boolean, tell: (line: string) => void): Promise<Measured[]> {
  const theirs = await TreeQuest.start();
  const rows: Measured[] = [];
  const cases = [
    { simulations: 1000 },
    { simulations: 10_000 },
    { simulations: 10_000, inFlight: 16 },
    { simulations: 100_000 },
    ...(quick ? [] : [{ simulations: 250_000 }]),
  ];
  try {
    for (const { simulations, inFlight } of cases) {
      const side = inFlight === undefined ? "" : `, ${inFlight} in flight`;
      const what = `search to ${number(simulations)} nodes valued${side}`;
      tell(what);
      const ours = growing(simulations, inFlight);
      await ours.run();
      const compared = theirs !== undefined && inFlight === undefined && simulations <= (quick ? 1000 : 10_000);
      if (theirs) theirs.nodes = simulations;
      // At ten thousand nodes TreeQuest takes its time.
      const rounds = compared && simulations > 1000 ? 1 : quick ? 2 : 3;
      const [rates, other] = await takeTurns(compared ? [ours, theirs] : [ours], rounds);
      const ratio = other && ratioOf(rates, other);
      const same = inFlight === undefined && simulations <= 100_000 ? await sameAsReference(simulations) : undefined;
      rows.push({
        what,
        unit: "nodes",
        rates,
        notes: [
          `${number(simulations * children + 1)} nodes in the tree`,
          ...(same === undefined
            ? []
            : [same ? "selects as the plain reference does" : "SELECTS OTHERWISE than the plain reference"]),
          ...(ratio && other && theirs
            ? [
                `${ratio.ofBests.toFixed(1)} (${ratio.paired.toFixed(1)}) times TreeQuest ${theirs.version} by ask and tell, which values ${number(Math.round(median(other)))} nodes/s`,
              ]
            : []),
        ],
      });
    }
  } finally {
    theirs?.stop();
  }
  return rows;
}
