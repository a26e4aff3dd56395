import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { ofTokens, type Granularity } from "./action.ts";

export default defineMethod({
  id: "mini-step",
  kind: "action",
  contract: "function",
  section: "C4",
  about: "An action is a fixed number of tokens.",
  source: "Zhao et al. 2024 (Marco-o1: 32 or 64 tokens)",
  options: z.object({ tokens: z.int().positive().default(32).describe("of one action") }),
  create:
    (o): Granularity =>
    () =>
      ofTokens(o.tokens),
});
