/** The thread behind `createThreadedLane`. */
import { parentPort } from "node:worker_threads";
import { UserError, messageOf } from "../../core/errors.ts";
import { LocalLane } from "./lane.ts";
import type { Lane } from "./lane.ts";
import type { LaneAnswer, LaneAsk, LaneSaid, SentRequest } from "./lane-thread.ts";
import type { CacheNode } from "./rows.ts";
import { askRule } from "./rule-exchange.ts";
import type { Request } from "./tasks.ts";

const port = parentPort;
if (!port) throw new Error("lane-worker.ts runs as a worker thread only.");
const say = (said: LaneSaid): void => port.postMessage(said);

interface Hosted {
  readonly lane: Lane;
  readonly nodes: Map<number, CacheNode>;
}
const hosted = new Map<number, Hosted>();
const aborts = new Map<number, AbortController>();

/** A copy in shared memory, which other threads need not copy again. */
function share(values: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

function requestOf(id: number, { ruled, heard, aborted, ...rest }: SentRequest): Request {
  const abort = new AbortController();
  if (aborted) abort.abort();
  aborts.set(id, abort);
  return {
    ...rest,
    signal: abort.signal,
    ...(ruled ? { rules: (ids, logits) => askRule(say, id, ids, logits) } : {}),
    ...(heard ? { onToken: (sample, token, logprob) => say({ kind: "token", id, sample, token, logprob }) } : {}),
  };
}

async function extend({ lane, nodes }: Hosted, { known, rows }: LaneAsk & { call: "extend" }) {
  const at = (id: number | null): CacheNode | null => {
    const node = id === null ? null : nodes.get(id);
    if (node === undefined) throw new Error(`There is no node ${id}.`);
    return node;
  };
  for (const { id, parent, ...node } of known) nodes.set(id, { ...node, parent: at(parent) });
  const found = await lane.extend(rows.map(({ parent, ids }) => ({ parent: at(parent), ids })));
  return found.map(({ node, logprobs }, i) => {
    nodes.set(rows[i].id, node);
    return { length: node.length, position: node.position, keyValues: share(node.keyValues), logprobs };
  });
}

async function perform(ask: LaneAsk): Promise<Omit<LaneAnswer, "kind" | "id">> {
  if (ask.call === "open") {
    hosted.set(ask.lane, { lane: new LocalLane(ask.config, ask.device, ask.capacity), nodes: new Map() });
    return {};
  }
  const host = hosted.get(ask.lane);
  if (!host) throw new Error(`There is no lane ${ask.lane}.`);
  switch (ask.call) {
    case "load":
      host.lane.load(ask.weights);
      return {};
    case "submit":
      try {
        return { sampled: await host.lane.submit(requestOf(ask.id, ask.request)) };
      } finally {
        aborts.delete(ask.id);
      }
    case "abort":
      aborts.get(ask.submitted)?.abort();
      return {};
    case "extend":
      return { made: await extend(host, ask) };
    case "release":
      host.nodes.delete(ask.node);
      return {};
    case "close":
      hosted.delete(ask.lane);
      await host.lane.close();
      return {};
  }
}

port.on("message", (ask: LaneAsk) => {
  perform(ask).then(
    (answer) => say({ kind: "answer", id: ask.id, ...answer }),
    (error: unknown) => {
      const remedy = error instanceof UserError ? { remedy: error.remedy } : {};
      say({ kind: "answer", id: ask.id, failure: { message: messageOf(error), ...remedy } });
    },
  );
});
