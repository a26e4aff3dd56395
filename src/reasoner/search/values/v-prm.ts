import { z } from "zod";
import type { Context } from "../../../core/context.ts";
import type { GuideNode } from "../../../core/contracts.ts";
import { defineMethod } from "../../../core/method.ts";
import { stopped } from "../../solve.ts";
import {
  asValue,
  byIds,
  chosen,
  each,
  givenAs,
  headAfter,
  idOf,
  idsAt,
  mean,
  roleOption,
  shown,
  undecided,
  type Valued,
} from "./valuing.ts";

const options = z.object({
  role: roleOption.default("evaluator"),
  /** A head after each step; two tokens that follow a step; or a question in words. "auto" is the first of them that the model has. */
  by: z.enum(["auto", "head", "tokens", "words"]).default("auto"),
  head: z.string().default("prm"),
  gives: givenAs.default("logit"),
  good: z.string().min(1).default("+"),
  bad: z.string().min(1).default("-"),
  aggregate: z.enum(["last", "min", "prod", "mean"]).default("last"),
  samples: z.int().positive().default(5).describe("replies a question in words, where the model gives no log-probs"),
});
type Options = z.output<typeof options>;

/** p of several steps as one number (Lightman et al. 2024; Snell et al. 2024). */
export function aggregated(p: readonly number[], how: Options["aggregate"]): number {
  if (how === "mean") return mean(p);
  return how === "last" ? p[p.length - 1] : p.reduce((all, one) => (how === "min" ? Math.min(all, one) : all * one), 1);
}

async function valueOf(at: GuideNode, c: Context, o: Options): Promise<Valued> {
  if (at.steps.length === 0) return undecided;
  const model = c.model(o.role);
  const signs = [idOf(model, o.good), idOf(model, o.bad)];
  const asTokens = model.can.next && signs.every((id) => id !== undefined);
  const by =
    o.by !== "auto" ? o.by : model.can.outputs.includes(`head:${o.head}`) ? "head" : asTokens ? "tokens" : "words";
  if (by === "words") return inWords(at, c, o);
  const { tokenizer } = byIds(model, "v-prm");
  const { prompt, steps } = idsAt(at, c, tokenizer);
  const ids = [...prompt, ...steps.flat()];
  const ends: number[] = [];
  for (const step of steps) ends.push((ends.at(-1) ?? prompt.length) + step.length);
  const asked = o.aggregate === "last" ? ends.slice(-1) : ends;
  if (by === "head") {
    const values = await headAfter(c, "v-prm", o, ids);
    if (values === undefined) return undecided;
    return {
      score: aggregated(
        asked.map((end) => asValue(values[end - 1], o.gives)),
        o.aggregate,
      ),
      calls: [],
    };
  }
  if (stopped(c)) return undecided;
  const next =
    (await model.next?.(
      asked.map((end) => ({ ids: ids.slice(0, end) })),
      "all",
    )) ?? [];
  c.budget.spend({ calls: 1, inputTokens: ids.length, outputTokens: 0 });
  // The softmax over the two signs only.
  const p = next.map((row) => {
    const [good, bad] = signs.map((id) => row.logprobs[row.ids.indexOf(id ?? -1)] ?? -Infinity);
    return asValue(good - bad, "logit");
  });
  return p.length === 0 || p.some(Number.isNaN) ? undecided : { score: aggregated(p, o.aggregate), calls: [] };
}

async function inWords(at: GuideNode, c: Context, o: Options): Promise<Valued> {
  const asked = at.steps.map((_, i) => i).slice(o.aggregate === "last" ? -1 : 0);
  const found = await Promise.all(
    asked.map((i) => {
      const text =
        `${shown({ ...at, steps: at.steps.slice(0, i + 1) }, c)}\n\n` +
        `Is the last step right, given what is before it? Answer with one sign: ${o.good} if it is, ${o.bad} if not.`;
      const label = `v-prm/${at.question.id}/${at.node.id}/${i}`;
      return chosen(c, text, [o.good, o.bad], { ...o, label });
    }),
  );
  const p = found.flatMap((one) => one.p?.[0] ?? []);
  const score = p.length === asked.length ? aggregated(p, o.aggregate) : null;
  return { score, calls: found.flatMap(({ calls }) => calls) };
}

/** The root, where no step is written, is undecided. */
export default defineMethod({
  id: "v-prm",
  kind: "value-source",
  contract: "guide",
  section: "C4",
  about: "The value of a state is what a process reward model thinks of its steps.",
  source: "Lightman et al. 2024; Wang P. et al. 2024 (Math-Shepherd)",
  options,
  create: (o) => each("v-prm", (at, c) => valueOf(at, c, o)),
});
