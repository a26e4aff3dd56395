import { z } from "zod";
import { UserError } from "../../../core/errors.ts";
import { defineMethod } from "../../../core/method.ts";
import { step, type Granularity } from "./action.ts";

const options = z.object({
  reached: z
    .string()
    .default(String.raw`(?:^|\b)(?:so|thus|hence|therefore|which gives|we get|in total|as a result)\b`)
    .describe("regular expression, any case: a step in which it is found reaches a sub-goal and ends the option"),
  most: z.int().positive().default(4).describe("steps of an option"),
});

/**
 * An option (Sutton et al. 1999) goes on step by step under the policy until its termination condition holds. Departure:
 * AlphaLLM asks a model whether the option is over; here a pattern of the step's own words tells, which costs no call.
 */
export default defineMethod({
  id: "option",
  kind: "action",
  contract: "function",
  section: "C4",
  about: "An action is a run of steps that ends where a sub-goal is reached.",
  source: "Tian et al. 2024 (AlphaLLM)",
  options,
  create: (o): Granularity => {
    let reached: RegExp;
    try {
      reached = new RegExp(o.reached, "iu");
    } catch (error) {
      throw new UserError(`the option's pattern is no regular expression: ${o.reached}`, "correct it", error);
    }
    return (family) => {
      const one = step(family);
      if (one.stops.length === 0) return one;
      return {
        stops: one.stops,
        length: (text) => {
          if (one.length(text) === undefined) return undefined;
          const steps = text.split(family.delimiter).filter((part) => part.trim() !== "");
          const over = steps.length >= o.most || reached.test(steps[steps.length - 1] ?? "");
          return over ? text.length : undefined;
        },
      };
    };
  },
});
