/** The thread behind `createThreadedLane`. */
import { parentPort } from "node:worker_threads";
import { UserError, messageOf } from "../../core/errors.ts";
import type { LaneAnswer, LaneAsk } from "./lane-thread.ts";
import { createLane } from "./lane.ts";
import type { Lane, Stepped } from "./lane.ts";

const port = parentPort;
if (!port) throw new Error("lane-worker.ts runs as a worker thread only.");

const lanes = new Map<number, Lane>();

async function perform(ask: LaneAsk): Promise<Stepped | undefined> {
  if (ask.call === "open") {
    lanes.set(ask.lane, await createLane(ask.config, ask.device));
    return undefined;
  }
  const lane = lanes.get(ask.lane);
  if (!lane) throw new Error(`There is no lane ${ask.lane}.`);
  if (ask.call === "step") return lane.step(ask.step);
  if (ask.call === "load") await lane.load(ask.weights);
  else {
    lanes.delete(ask.lane);
    await lane.close();
  }
  return undefined;
}

/** The arrays of a step are fresh, so they are handed over, not copied. */
const owned = (stepped: Stepped | undefined): ArrayBuffer[] =>
  stepped
    ? [stepped.logits, stepped.exponentials, stepped.sums, stepped.keyValues].flatMap(({ buffer }) =>
        buffer instanceof ArrayBuffer ? [buffer] : [],
      )
    : [];

port.on("message", (ask: LaneAsk) => {
  perform(ask).then(
    (stepped) => {
      const answer: LaneAnswer = { id: ask.id, stepped };
      port.postMessage(answer, owned(stepped));
    },
    (error: unknown) => {
      const remedy = error instanceof UserError ? { remedy: error.remedy } : {};
      const answer: LaneAnswer = { id: ask.id, failure: { message: messageOf(error), ...remedy } };
      port.postMessage(answer);
    },
  );
});
