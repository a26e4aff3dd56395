import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { random } from "../../../core/random.ts";
import { ask } from "../../../core/task.ts";
import type { EmbeddedModel } from "../../../engine/embedded/embedded.ts";
import { createEmbedded } from "../../../engine/embedded/opening.ts";
import { wordTokenizer } from "../../../engine/words.ts";
import { makeContext, memoryCalls } from "../../../evolution/context.ts";
import bits from "../../../task-creator/families/bits.ts";
import mcts from "../mcts.ts";
import { nodeAt } from "../testing.ts";
import vConf from "./v-conf.ts";
import vJsd from "./v-jsd.ts";
import vModel from "./v-model.ts";

/** A tiny policy that writes random bits, and whose head learns which prefixes are those of one secret. */
const family = bits.create(bits.options.parse({}));
const task = family.generate(random("trained"), { difficulty: 4, split: "train" });
const question = ask(task);
const secret = [...(task.secret.answer ?? "")];
const tokenizer = wordTokenizer(family.words);
const prompt = tokenizer.encode(family.prompt(question, "short"));
let model: EmbeddedModel;

const context = () =>
  makeContext({
    models: { reasoner: model, evaluator: model },
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed: "1",
  });

beforeAll(async () => {
  model = await createEmbedded({
    config: {
      vocab: family.words.length,
      layers: 1,
      width: 32,
      heads: 2,
      kvHeads: 1,
      hidden: 48,
      context: 32,
      positions: "rope",
      digitTokens: [],
      outputHeads: { value: 1 },
    },
    tokenizer,
    eos: [tokenizer.encode(family.end)[0]],
    seed: "trained",
    threads: 1,
  });
  const strings = Array.from({ length: 16 }, (_, i) => [...i.toString(2).padStart(4, "0")]);
  const batch = strings.map((string) => ({ ids: [...prompt, ...tokenizer.encode([...string, family.end].join(" "))] }));
  for (let step = 0; step < 250; step++) {
    const { "head:value": values = [] } = await model.forward(batch, ["head:value"]);
    const gradients = values.map((logits, row) =>
      logits.map((logit, t) => {
        const written = strings[row].slice(0, t - prompt.length + 1);
        if (written.length === 0) return 0;
        const right = Number(written.every((bit, i) => bit === secret[i]));
        // Right prefixes are rare: they weigh as much as all others of their length.
        return ((1 / (1 + Math.exp(-logit)) - right) * (right ? 2 ** written.length - 1 : 1)) / 200;
      }),
    );
    const logprob = batch.map(({ ids }) => Float32Array.from(ids, (_, t) => (t < prompt.length ? 0 : -1 / 200)));
    await model.backward(batch, { "head:value": gradients, logprob });
    await model.step({ lr: 0.008 });
  }
}, 30_000);
afterAll(() => model.close());

describe("values of a trained checkpoint", () => {
  it("v-model tells right prefixes from wrong ones", async () => {
    const guide = vModel.create(vModel.options.parse({}));
    for (let k = 1; k <= secret.length; k++) {
      const right = secret.slice(0, k);
      const wrong = right.with(k - 1, right[k - 1] === "0" ? "1" : "0");
      const [good, bad] = await guide(
        [nodeAt(question, right, { id: 1 }), nodeAt(question, wrong, { id: 2 })],
        context(),
      );
      expect((good.score ?? 0) - (bad.score ?? 1), right.join("")).toBeGreaterThan(0.3);
    }
  });

  it("mcts guided by it finds the secret without any other judge", async () => {
    const options = mcts.options.parse({ source: "v-model", expand: "enumerate", children: 2, simulations: 20 });
    const { solutions, trees } = await mcts.create(options)(question, context());
    expect(solutions[0].answer).toBe(secret.join(""));
    // Blind guessing would take 16 replies; few were written to their end.
    expect(trees[0].nodes.filter(({ terminal, visits }) => terminal && visits > 0).length).toBeLessThan(6);
  });

  it("v-conf is a share of the five most probable tokens, v-jsd zero against the model itself", async () => {
    const at = nodeAt(question, secret.slice(0, 3));
    const [confident] = await vConf.create(vConf.options.parse({}))([at], context());
    // Bits are all but equally likely.
    expect(confident.score).toBeGreaterThan(0.3);
    expect(confident.score).toBeLessThan(0.7);
    const [same] = await vJsd.create(vJsd.options.parse({}))([at], context());
    expect(same.score).toBeCloseTo(0, 6);
  });
});
