import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { overTokens, tokenBeamOptions } from "./token-beams.ts";

const options = tokenBeamOptions.extend({
  /** Groups, each with an equal share of the beams. */
  groups: z.int().positive().default(2),
  /** What a token costs that an earlier group has chosen at the same step, per beam of it. */
  lambda: z.number().nonnegative().default(0.5),
  alpha: z.number().nonnegative().default(0),
});

/** The penalty counts at the step at which it arises and is not carried along. */
export default defineMethod({
  id: "diverse-beam",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about: "Beam search over tokens in groups, each of which avoids the tokens that earlier groups choose.",
  source: "Vijayakumar et al. 2016",
  options,
  create: (o) => (question, c) => overTokens("diverse-beam", question, c, o, o),
});
