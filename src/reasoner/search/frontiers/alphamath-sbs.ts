import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { top, type Frontier } from "./frontier.ts";
import { overReplies, repliesOptions } from "./replies.ts";

const options = repliesOptions.extend({
  /** Beams (B1) and samples of each (B2). */
  width: z.int().positive().default(1),
  samples: z.int().positive().default(5),
  depth: z.int().positive().default(40),
});

/** As a beam ends, in a complete reply or in a dead end, the beams become one fewer. */
export async function shrinkingBeams<S>(
  f: Frontier<S>,
  o: { readonly width: number; readonly samples: number; readonly depth: number },
): Promise<void> {
  let open: readonly number[] = [0];
  let { width } = o;
  for (let level = 0; level < o.depth && open.length > 0 && !f.over; level++) {
    const families = await f.expand(open, o.samples);
    if (f.over) return;
    const kept = top(await f.value(families.flat()), width, (id) => f.valueOf(id));
    open = kept.filter((id) => !f.node(id).terminal);
    const dead = level === 0 ? 0 : families.filter((children) => children.length === 0).length;
    width -= kept.length - open.length + dead;
    open = open.slice(0, Math.max(0, width));
  }
}

/** The answer is the valid reply of the highest value. */
export default defineMethod({
  id: "alphamath-sbs",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about: "Step-level beam search by a value model: every finished or dead beam makes the beams one fewer.",
  source: "Chen G. et al. 2024 (AlphaMath)",
  options,
  create: (o) => (question, c) => overReplies("alphamath-sbs", question, c, o, { run: (f) => shrinkingBeams(f, o) }),
});
