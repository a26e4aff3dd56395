/** How well sampling methods fill a server: ideal time / actual time at a cap of requests in flight. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { ask } from "../src/core/task.ts";
import { random } from "../src/core/random.ts";
import { openOpenAI, type OpenAIModel } from "../src/engine/openai/openai.ts";
import { makeContext, memoryCalls } from "../src/evolution/context.ts";
import { instantiate, type Ref } from "../src/evolution/resolver.ts";
import { findMethod } from "../src/registry.ts";
import { median } from "./measure.ts";
import type { Measured } from "./report.ts";

const cap = 64;
const questions = 16;

interface Method {
  readonly what: string;
  readonly family: string;
  readonly reasoner: string;
  readonly options: Ref["options"];
  /** What chooses among the samples; none: the model's own log-probs. */
  readonly evaluator?: string;
}
const methods: readonly Method[] = [
  {
    what: "self-consistency-16",
    family: "countdown",
    reasoner: "bon",
    options: { n: 16, mode: "few-shot", maxTokens: 64 },
    evaluator: "self-consistency",
  },
  { what: "best-of-8", family: "countdown", reasoner: "bon", options: { n: 8, mode: "few-shot", maxTokens: 64 } },
  {
    what: "MCTS-32",
    family: "open",
    reasoner: "mcts",
    options: { simulations: 32, inFlight: 8, granularity: "step" },
    evaluator: "self-consistency",
  },
];

const served = z.object({ latencies: z.array(z.number()), greatestInFlight: z.number() });

/** The end of the last request when each begins as soon as one of `width` places is free, in the order given. */
export function idealTime(latencies: readonly number[], width: number): number {
  const free = Array.from({ length: width }, () => 0);
  for (const latency of latencies) {
    const first = free.indexOf(Math.min(...free));
    free[first] += latency;
  }
  return Math.max(...free);
}

/** Solves all questions side by side; seconds. */
async function solveAll(model: OpenAIModel, method: Method, round: number): Promise<number> {
  const family = await instantiate(findMethod, "family", { id: method.family, options: {} });
  const evaluator = method.evaluator
    ? await instantiate(findMethod, "evaluator", { id: method.evaluator, options: {} })
    : undefined;
  const reason = await instantiate(findMethod, "reasoner", { id: method.reasoner, options: method.options });
  const c = makeContext({
    models: { reasoner: model },
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed: `saturation/${method.what}/${round}`,
    ...(evaluator ? { evaluator } : {}),
  });
  const source = random("saturation");
  const asked = Array.from({ length: questions }, (_, i) =>
    method.family === "open"
      ? family.question(`What is ${i} + ${i}?`)
      : ask(family.generate(source.fork(i), { difficulty: 3, split: "eval" })),
  );
  const start = performance.now();
  const all = await Promise.all(asked.map(async (question) => reason(question, c.with({ label: question.id }))));
  const seconds = (performance.now() - start) / 1000;
  const failed = all.flatMap(({ solutions }) => solutions.filter(({ by }) => by.length === 0));
  if (failed.length > 0) throw new Error(`${failed.length} attempts failed: ${failed[0].error?.message}`);
  return seconds;
}

/** Rows of the report: requests a second, and in a note how near that is to what the cap allows. */
export async function saturation(rounds: number, tell: (line: string) => void): Promise<Measured[]> {
  const worker = new Worker(new URL("saturation-server.ts", import.meta.url));
  const rows: Measured[] = [];
  try {
    const [baseURL] = z.tuple([z.string()]).parse(await once(worker, "message"));
    const take = async (): Promise<z.output<typeof served>> => {
      worker.postMessage("take");
      return served.parse((await once(worker, "message"))[0]);
    };
    const model = await openOpenAI({ model: "mock", baseURL, endpoint: { concurrency: cap } });
    for (const method of methods) {
      const what = `${method.what}, ${questions} questions, ${cap} in flight`;
      tell(what);
      // Connections are opened and code is compiled before anything is measured.
      await solveAll(model, method, -1);
      await take();
      const rates: number[] = [];
      const fractions: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const seconds = await solveAll(model, method, round);
        const { latencies, greatestInFlight } = await take();
        if (greatestInFlight > cap) throw new Error(`${greatestInFlight} requests were in flight at a cap of ${cap}`);
        rates.push(latencies.length / seconds);
        fractions.push(idealTime(latencies, cap) / 1000 / seconds);
      }
      const note = `ideal / actual time: best ${Math.max(...fractions).toFixed(3)}, median ${median(fractions).toFixed(3)}`;
      rows.push({ what, unit: "requests", rates, notes: [note] });
    }
    return rows;
  } finally {
    worker.postMessage("close");
    await once(worker, "exit");
  }
}
