/** Methods by id. */
import { UserError } from "./core/errors.ts";
import type { Method } from "./core/method.ts";
import { registry, type Entry } from "./registry.gen.ts";

export { registry, type Entry };

/** Loads a method; an unknown id is a UserError that names the nearest ones. */
export async function findMethod(id: string): Promise<Method> {
  const entry = registry.get(id);
  if (entry) return entry.load();
  const near = [...registry.keys()].map((known) => ({ known, d: distance(id, known) })).sort((a, b) => a.d - b.d);
  const close = near.filter(({ d }) => d <= Math.max(2, id.length / 3)).slice(0, 3);
  const hint = close.length > 0 ? `Did you mean ${close.map(({ known }) => known).join(" or ")}? ` : "";
  throw new UserError(`There is no method "${id}".`, `${hint}List all with: autodidact methods`);
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
