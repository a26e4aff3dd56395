/** The engine's thread: hosts models and answers `EngineCalls`. */
import { parentPort } from "node:worker_threads";
import type { Ids } from "../../core/call.ts";
import { messageOf, UserError } from "../../core/errors.ts";
import type { DecoderConfig } from "./config.ts";
import { Learner } from "./learner.ts";
import { askRule } from "./rule-exchange.ts";
import { probeDevice } from "./sessions.ts";
import { Sampler, type CacheNode, type Request } from "./sampler.ts";
import type { Ask, Device, EngineCall, EngineCalls, Handle, Said, SampleRequest } from "./thread.ts";

interface Hosted {
  readonly config: DecoderConfig;
  readonly o: { threads: number; device: Device };
  readonly learner: Learner;
  readonly references: Record<string, Learner>;
  readonly nodes: Map<number, CacheNode>;
  readonly aborts: Map<number, AbortController>;
  /** Made when first sampled from: most copies never are. */
  sampler?: Sampler;
}

const port = parentPort;
if (!port) throw new Error("worker.ts runs as a worker thread only.");
const say = (said: Said): void => port.postMessage(said);

const models = new Map<Handle, Hosted>();
let handles = 0;
let nodeCount = 0;

const host = (parts: Pick<Hosted, "config" | "o" | "learner">): Handle => {
  models.set(++handles, { ...parts, references: {}, nodes: new Map(), aborts: new Map() });
  return handles;
};
const at = (handle: Handle): Hosted => {
  const model = models.get(handle);
  if (!model) throw new Error(`No model ${handle} in the engine's thread.`);
  return model;
};
const samplerOf = (model: Hosted): Sampler =>
  (model.sampler ??= new Sampler(model.config, () => model.learner.weights(), { ...model.o, maxBatch: 512 }));
const changed = (model: Hosted): void => {
  model.sampler?.weightsChanged();
  model.nodes.clear();
};

/** Finished requests, sent together once a turn. */
let outbox: Extract<Said, { kind: "sampled" }>["results"][number][] = [];
function post(result: (typeof outbox)[number]): void {
  if (outbox.push(result) > 1) return;
  setImmediate(() => {
    say({ kind: "sampled", results: outbox });
    outbox = [];
  });
}

function submit(model: Hosted, id: number, r: SampleRequest): void {
  const abort = new AbortController();
  model.aborts.set(id, abort);
  const request: Request = {
    ids: r.ids,
    n: r.n,
    seeds: r.seeds,
    maxTokens: r.maxTokens,
    temperature: r.temperature,
    topK: r.topK,
    topP: r.topP,
    stop: r.stop,
    eos: r.eos,
    signal: abort.signal,
    ...(r.rule ? { rules: (ids: Ids, logits: Float32Array) => askRule(say, id, ids, logits) } : {}),
    ...(r.stream
      ? { onToken: (completion: number, token: number) => say({ kind: "token", id, completion, token }) }
      : {}),
  };
  samplerOf(model)
    .submit(request)
    .then(
      (result) => post({ id, result }),
      (error: unknown) => post({ id, failure: describe(error) }),
    )
    .finally(() => model.aborts.delete(id));
}

const describe = (error: unknown): { message: string; remedy?: string } => ({
  message: messageOf(error),
  ...(error instanceof UserError ? { remedy: error.remedy } : {}),
});

type Answer<K extends EngineCall> = (
  ...args: Parameters<EngineCalls[K]>
) => ReturnType<EngineCalls[K]> | Promise<ReturnType<EngineCalls[K]>>;
type Answers = { readonly [K in EngineCall]: Answer<K> };

const answers: Answers = {
  create: async (config, weights, o) => {
    if (o.device !== "cpu") await probeDevice(o);
    return host({ config, o, learner: new Learner(config, weights, o) });
  },
  clone: (handle) => {
    const { config, o, learner } = at(handle);
    return host({ config, o, learner: learner.clone() });
  },
  dispose: async (handle) => {
    await at(handle).sampler?.close();
    models.delete(handle);
  },
  weights: (handle) => ({ weights: at(handle).learner.weights(), optimizer: at(handle).learner.moments() }),
  restore: (handle, weights, optimizer) => {
    const model = at(handle);
    model.learner.setWeights(weights);
    if (optimizer) model.learner.setMoments(optimizer);
    else model.learner.resetOptimizer();
    changed(model);
  },
  blend: (handle, other, w) => {
    const model = at(handle);
    const mine = model.learner.weights();
    const theirs = at(other).learner.weights();
    for (const [name, data] of Object.entries(mine))
      for (let i = 0; i < data.length; i++) data[i] = (1 - w) * data[i] + w * theirs[name][i];
    model.learner.setWeights(mine);
    changed(model);
  },
  resetOptimizer: (handle) => at(handle).learner.resetOptimizer(),
  reference: (handle, name, other) => void (at(handle).references[name] = at(other).learner),
  forward: (handle, batch, want, o) => {
    const { learner, references } = at(handle);
    return learner.forward(
      batch.map((ids) => ({ ids })),
      want,
      { ...o, references },
    );
  },
  backward: async (handle, batch, gradients, o) => {
    const { learner, references } = at(handle);
    await learner.backward(
      batch.map((ids) => ({ ids })),
      gradients,
      { ...o, references },
    );
  },
  step: async (handle, o) => {
    const model = at(handle);
    const result = await model.learner.step(o);
    if (!result.skipped) changed(model);
    return result;
  },
  next: (handle, prompts) => samplerOf(at(handle)).next(prompts),
  extend: async (handle, rows) => {
    const model = at(handle);
    const found = await samplerOf(model).extend(
      rows.map(({ parent, ids }) => {
        const node = parent === null ? null : model.nodes.get(parent);
        if (node === undefined)
          throw new UserError("The weights have changed since this prefix was read.", "Start the search again.");
        return { parent: node, ids };
      }),
    );
    return found.map(({ node, logprobs }) => {
      model.nodes.set(++nodeCount, node);
      return { node: nodeCount, logprobs };
    });
  },
  release: (handle, nodes) => {
    for (const node of nodes) at(handle).nodes.delete(node);
  },
  sample: (handle, requests) => {
    for (const { id, request } of requests) submit(at(handle), id, request);
  },
  abort: (handle, id) => at(handle).aborts.get(id)?.abort(),
};

function answer<K extends EngineCall>({ call, args }: Ask<K>): ReturnType<Answer<K>> {
  const method: Answer<K> = answers[call];
  return method(...args);
}

/** Calls that change or read weights wait for each other; sampling and aborts do not. */
let last: Promise<void> = Promise.resolve();
const inOrder = new Set<Ask["call"]>([
  "create",
  "clone",
  "weights",
  "restore",
  "blend",
  "resetOptimizer",
  "forward",
  "backward",
  "step",
]);

port.on("message", (ask: Ask) => {
  const run = async (): Promise<void> => {
    try {
      port.postMessage({ kind: "answer", id: ask.id, value: await answer(ask) });
    } catch (error) {
      say({ kind: "failure", id: ask.id, ...describe(error) });
    }
  };
  if (inOrder.has(ask.call)) last = last.then(run);
  else void run();
});
