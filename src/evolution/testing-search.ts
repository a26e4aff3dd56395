/** A search over a ledger that a test can kill and resume. */
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { random } from "../core/random.ts";
import type { Reasoner } from "../core/contracts.ts";
import { serialise } from "../core/serial.ts";
import { ask } from "../core/task.ts";
import abMcts from "../reasoner/search/ab-mcts.ts";
import mctsG from "../reasoner/search/mcts-g.ts";
import mctsParallel from "../reasoner/search/mcts-parallel.ts";
import mcts from "../reasoner/search/mcts.ts";
import { playerPolicy, PolicyModel } from "../reasoner/testing.ts";
import { Ledger } from "../store/ledger.ts";
import countdown from "../task-creator/families/countdown.ts";
import { makeContext } from "./context.ts";

const searches: Readonly<Record<string, () => Reasoner>> = {
  mcts: () => mcts.create(mcts.options.parse({ simulations: 24 })),
  "mcts-parallel": () => mctsParallel.create(mctsParallel.options.parse({ simulations: 24, workers: 4 })),
  "ab-mcts": () => abMcts.create(abMcts.options.parse({ simulations: 32 })),
  "mcts-g": () => mctsG.create(mctsG.options.parse({ expansions: 8 })),
};

/** A completion that a model was asked for: counted in `asked.txt`, one line each. */
export const askedFile = "asked.txt";

/** Runs a search in a directory, from its calls if it was begun there before; gives the tree as text. */
export async function searchRun(dir: string, id: string): Promise<string> {
  const ledger = existsSync(join(dir, "ledger.sqlite"))
    ? Ledger.open(dir, { write: true })
    : Ledger.create(dir, { recipe: { method: id }, recipeId: id, seed: "1" });
  try {
    const family = countdown.create(countdown.options.parse({}));
    const task = family.generate(random("resume"), { difficulty: 4, split: "eval" });
    const player = new PolicyModel(family.words, playerPolicy(family, task, { skill: 2, noise: 0.01 }));
    const at = { phase: 0, round: 0 };
    let turn = 0;
    const model = {
      name: player.name,
      version: player.version,
      can: player.can,
      tokenizer: player.tokenizer,
      sample: async (...[prompt, o]: Parameters<typeof player.sample>) => {
        // Latencies that no run repeats exactly.
        for (let turns = (turn++ * process.pid) % 7; turns > 0; turns--)
          await new Promise((done) => setImmediate(done));
        const drawn = await player.sample(prompt, o);
        const wanted = o.only ?? drawn.map((_, i) => i);
        appendFileSync(join(dir, askedFile), wanted.map((i) => `${o.seed}/${i}\n`).join(""));
        return drawn;
      },
    };
    const c = makeContext({
      models: { reasoner: model },
      families: new Map([[family.id, family]]),
      seed: "1",
      calls: {
        getCall: (call) => ledger.getCall(call),
        putCall: (call) => {
          ledger.putCall(at, call);
          ledger.flush();
        },
      },
    });
    const { trees } = await searches[id]()(ask(task), c);
    return trees.map(serialise).join("");
  } finally {
    ledger.close();
  }
}
