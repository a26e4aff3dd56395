import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Call } from "../../core/call.ts";
import { hash } from "../../core/json.ts";
import { random } from "../../core/random.ts";
import { writeDirAtomically } from "../files.ts";
import { Ledger, type RoundRecord } from "../ledger.ts";
import type { Position } from "../tables.ts";

export const tinyHead = { recipe: { method: "tiny", rounds: 3 }, recipeId: "tiny", seed: "7" };

/** The i-th call of a round, as a function of both only. */
export function tinyCall({ phase, round }: Position, i: number): Call {
  const r = random(`${phase}/${round}/${i}`);
  const output = Array.from({ length: 14 }, () => r.int(300));
  return {
    id: hash({ phase, round, i }),
    role: "reasoner",
    model: "tiny@0",
    prompt: [1, 2, 70000],
    output,
    text: `call ${i} of ${phase}.${round}`,
    logprobs: Float32Array.from(output, () => -r.next()),
    request: { temperature: 1 },
    seed: `${phase}/${round}/${i}`,
    cost: { calls: 1, inputTokens: 3, outputTokens: 14 },
  };
}

/** A round in which every table has a row. */
export function tinyRound(at: Position, calls: readonly Call[]): RoundRecord {
  const task = `task-${at.round}`;
  const ids = calls.map((call) => call.id);
  const row = { ids: [...calls[0].prompt, ...calls[0].output], from: 3, old: [0, 0, 0, ...(calls[0].logprobs ?? [])] };
  const origin = { by: "tiny", parents: [], seed: "7", split: "train" as const };
  const node = {
    id: 0,
    parent: null,
    children: [],
    action: "",
    logprob: -Infinity,
    prior: 1,
    visits: 1,
    total: 0.5,
    value: null,
    depth: 0,
    terminal: false,
    closed: false,
    calls: ids,
  };
  return {
    ...at,
    name: `round ${at.round}`,
    checkpoint: String(at.round),
    tasks: [{ id: task, family: "tiny", text: "1 + 1", difficulty: 2, origin, by: [], secret: { answer: "2" } }],
    solutions: calls.map((call) => ({
      id: `solution-${call.id}`,
      taskId: task,
      text: call.text,
      steps: [{ text: call.text }],
      answer: "2",
      by: [call.id],
      cost: call.cost,
    })),
    groups: [{ taskId: task, source: "main", solutions: ids.map((id) => `solution-${id}`) }],
    judgements: calls.map((call, i) => ({
      of: `solution-${call.id}`,
      by: "gt-match",
      level: "token" as const,
      score: i === 0 ? null : 0.5,
      perToken: call.logprobs,
      calls: [call.id],
    })),
    drops: [{ id: `solution-${ids[1]}`, by: "dedup", reason: "equal" }],
    memory: [{ family: "tiny", text: "add" }],
    data: [
      { kind: "sft", id: `sft-${at.round}`, taskId: task, source: "main", by: ids, row, weight: 1 },
      {
        kind: "rl",
        id: `rl-${at.round}`,
        taskId: task,
        source: "play",
        by: ids,
        segments: [row],
        group: "g",
        reward: 1,
      },
    ],
    updates: [
      { role: "reasoner", objective: "sft", from: "tiny@0", to: `tiny@${at.round}`, steps: 1, metrics: { loss: NaN } },
    ],
    metrics: { "pass@1": 0.1 * at.round, accepted: 2 },
    trees: [{ id: `tree-${at.round}`, taskId: task, by: "mcts", nodes: [node], cost: calls[0].cost, oracle: false }],
    episodes: [{ id: `episode-${at.round}`, taskId: task, turns: [{ observation: [3, 4] }], rewards: [] }],
    events: [{ event: "round", accepted: 2 }],
    elapsed: { sample: performance.now() },
  };
}

/**
 * Does what is left of a run of some rounds, as a loop would: asks for calls in any order, replays those on record,
 * saves a checkpoint, commits.
 */
export async function tinyRun(
  dir: string,
  o: { rounds?: number; reverse?: boolean } = {},
): Promise<{ sampled: number; replayed: number }> {
  const ledger = Ledger.open(dir, { write: true });
  let replayed = 0;
  let sampled = 0;
  try {
    for (let round = (ledger.lastRound()?.round ?? 0) + 1; round <= (o.rounds ?? 3); round++) {
      const at = { phase: 0, round };
      const order = [0, 1, 2, 3, 4];
      if (o.reverse === true) order.reverse();
      for (const i of order) {
        const call = tinyCall(at, i);
        if (ledger.getCall(call.id) !== undefined) replayed++;
        else {
          sampled++;
          ledger.putCall(at, call);
        }
        if (i === 2) ledger.flush();
      }
      const calls = Array.from({ length: 5 }, (_, i) => ledger.getCall(tinyCall(at, i).id) ?? tinyCall(at, i));
      await writeDirAtomically(ledger.checkpoint(String(round)), (temporary) =>
        writeFile(join(temporary, "model.json"), `{"round":${round}}`),
      );
      ledger.commitRound(tinyRound(at, calls));
    }
    ledger.finish();
  } finally {
    ledger.close();
  }
  return { sampled, replayed };
}
