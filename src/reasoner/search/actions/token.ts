import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { ofTokens, type Granularity } from "./action.ts";

export default defineMethod({
  id: "token",
  kind: "action",
  contract: "function",
  section: "C4",
  about: "An action is one token.",
  source: "Feng et al. 2023; Lee et al. 2024",
  options: z.object({}),
  create: (): Granularity => () => ofTokens(1),
});
