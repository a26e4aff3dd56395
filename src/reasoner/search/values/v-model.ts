import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { asValue, byIds, each, givenAs, headAfter, idsAt, roleOption, undecided } from "./valuing.ts";

const options = z.object({
  head: z.string().default("value").describe("output head, one number a token"),
  role: roleOption.default("reasoner").describe("whose model has the head"),
  /** Of success; or from [−1, 1]. */
  gives: givenAs.default("logit"),
});

/** The head's value after the last token of the reply so far. */
export default defineMethod({
  id: "v-model",
  kind: "value-source",
  contract: "guide",
  section: "C4",
  about: "The value of a state by an output head of the model.",
  source: "Silver et al. 2018; Chen G. et al. 2024 (AlphaMath)",
  options,
  create: (o) =>
    each("v-model", async (at, c) => {
      const { tokenizer } = byIds(c.model(o.role), "v-model");
      const { prompt, steps } = idsAt(at, c, tokenizer);
      const values = await headAfter(c, "v-model", o, [...prompt, ...steps.flat()]);
      return values === undefined ? undecided : { score: asValue(values[values.length - 1], o.gives), calls: [] };
    }),
});
