import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { isFree, step, type Granularity } from "./action.ts";

const options = z.object({
  mark: z.string().min(1).default("Step ").describe("opens each step, at the beginning of a line"),
});

/**
 * A step lasts until the next one is opened; that opening is written once more when the next one is sampled, and a prior
 * covers it. Departure: in a family with a grammar the logical steps are its steps.
 */
export default defineMethod({
  id: "logical-step",
  kind: "action",
  contract: "function",
  section: "C4",
  about: 'An action is a step of a reply that counts its steps: "Step k".',
  source: "Qi et al. 2024; Wang P. et al. 2024 (steps that are counted)",
  options,
  create:
    (o): Granularity =>
    (family) => {
      if (!isFree(family)) return step(family);
      const stop = `\n${o.mark}`;
      return { stops: [stop], length: (text) => (text.endsWith(stop) ? text.length - o.mark.length : undefined) };
    },
});
