/** Changing a field of nested data by its dotted path. */
import { UserError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";

/** A copy of `root` with the value at `path` ("phases.1.train.0.lr") replaced or added. UserError if the path leads nowhere. */
export function setPath(root: Json, path: string, value: Json): Json {
  const [head, ...rest] = path.split(".");
  const inner = (at: Json | undefined): Json => (rest.length === 0 ? value : setPath(at ?? {}, rest.join("."), value));
  if (Array.isArray(root)) {
    const index = Number(head);
    if (!Number.isInteger(index) || index < 0 || index >= root.length) {
      throw new UserError(
        `"${path}" leads nowhere: the list has entries 0 to ${root.length - 1}.`,
        "Look at recipe.json in a run's directory for the paths.",
      );
    }
    return root.map((item: Json, i) => (i === index ? inner(item) : item));
  }
  if (root !== null && typeof root === "object") {
    const found = Object.entries(root).find(([key]) => key === head);
    return { ...root, [head]: inner(found?.[1]) };
  }
  throw new UserError(
    `"${path}" leads nowhere: there is a plain value in its way.`,
    "Look at recipe.json in a run's directory for the paths.",
  );
}
