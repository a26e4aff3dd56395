/** Reading what a user wrote after an option. Everything wrong is a usage error: exit code 2. */
import { InvalidArgumentError } from "commander";
import { z } from "zod";
import type { Json } from "../core/json.ts";
import type { Settings } from "../evolution/start.ts";

/** `key=value`, the value read as JSON where it is, else as text. */
export function setting(text: string, before: Settings = {}): Settings {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write key=value.");
  return { ...before, [text.slice(0, at)]: value(text.slice(at + 1)) };
}

function value(text: string): Json {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    return text;
  }
}

export function object(text: string): Settings {
  const read = z.record(z.string(), z.json()).safeParse(value(text));
  if (!read.success) throw new InvalidArgumentError("Write a JSON object, such as '{\"high\": 12}'.");
  return read.data;
}

export function positive(text: string): number {
  const n = Number(text);
  if (!(n > 0) || !Number.isFinite(n)) throw new InvalidArgumentError("Write a number above 0.");
  return n;
}

export function natural(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError("Write a whole number from 1.");
  return n;
}

/** "1,16" */
export function naturals(text: string): number[] {
  return text.split(",").map(natural);
}

const caps = ["tokens", "calls", "money", "seconds"] as const;

/** "tokens=2000,seconds=30": caps of a budget. */
export function limits(text: string): Partial<Record<(typeof caps)[number], number>> {
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [name, amount = ""] = part.split("=");
      const known = caps.find((cap) => cap === name.trim());
      if (known === undefined)
        throw new InvalidArgumentError(`Write caps of ${caps.join(", ")}, as tokens=2000,seconds=30.`);
      return [known, known === "money" || known === "seconds" ? positive(amount) : natural(amount)];
    }),
  );
}
