import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { chosen, each, roleOption, shown } from "./valuing.ts";

const options = z.object({
  role: roleOption.default("reasoner"),
  samples: z.int().positive().default(5).describe("replies, where the model gives no log-probs"),
});

/** Terminals are asked whether their answer is right, other states whether they are right so far. */
export default defineMethod({
  id: "v-selfeval",
  kind: "value-source",
  contract: "guide",
  section: "C4",
  about: "The value of a state is P(True), by the model's own word.",
  source: "Kadavath et al. 2022; Xie et al. 2024 (MCTS-DPO)",
  options,
  create: (o) =>
    each("v-selfeval", async (at, c) => {
      const what = at.terminal ? "Is the final answer of this solution correct?" : "Is this correct so far?";
      const text = `${shown(at, c)}\n\n${what}\n(A) True\n(B) False\nAnswer with the letter alone.\nAnswer:`;
      const label = `v-selfeval/${at.question.id}/${at.node.id}`;
      const { p, calls } = await chosen(c, text, ["A", "B"], { ...o, label });
      return { score: p?.[0] ?? null, calls };
    }),
});
