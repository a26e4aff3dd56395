import { defineMethod } from "../../../core/method.ts";
import { overTokens, tokenBeamOptions } from "./token-beams.ts";

/** With a value weight it is the beam search of token-supervised value models (tvm-beam; Lee J. H. et al. 2024). */
export default defineMethod({
  id: "beam-token",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about: "Beam search over tokens by log-probability over a power of the length, or mixed with token values.",
  source: "Graves 2012; Lee J. H. et al. 2024 (token values)",
  options: tokenBeamOptions,
  create: (o) => (question, c) => overTokens("beam-token", question, c, o, { ...o, groups: 1, lambda: 0 }),
});
