/** Which bracket closes which: round and square ones may close each other, and ]a, b[ opens with what closes elsewhere. */
import { fail, type Token } from "./tokens.ts";

const partners: Readonly<Record<string, string>> = {
  "(": ")]",
  "[": ")]",
  "{": "}",
  "\\{": "\\}",
  "⟨": "⟩",
  "⌊": "⌋",
  "⌈": "⌉",
};

/** Signs after which a "[" ends an interval rather than begins one. */
const after = new Set([",", ";", "∪", "∩", "\\", "or", "and", "\n", "U", "union"]);

/** <1, 2> as a vector in angle brackets. */
function angles(tokens: Token[]): void {
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (first?.type !== "compare" || first.text !== "<" || last?.type !== "compare" || last.text !== ">") return;
  if (!tokens.some((token) => token.text === ",")) return;
  tokens[0] = { ...first, type: "open", text: "⟨" };
  tokens[tokens.length - 1] = { ...last, type: "close", text: "⟩" };
}

/**
 * The partner of each bracket and environment, −1 for other tokens. Turns the brackets of ]a, b[ round by type: the first
 * becomes an "open" token, the last a "close" one. Fails if a bracket has no partner.
 */
export function pair(tokens: Token[]): number[] {
  angles(tokens);
  const match = tokens.map(() => -1);
  const open: number[] = [];
  tokens.forEach((token, i) => {
    let { type } = token;
    const top = tokens[open.at(-1) ?? -1];
    if (token.text === "]" && (top === undefined || (top.text !== "(" && top.text !== "[" && top.text !== "]")))
      type = "open";
    else if (token.text === "[" && top !== undefined && ["(", "[", "]"].includes(top.text)) {
      const next = tokens[i + 1];
      const previous = tokens[i - 1].type;
      const ends = next === undefined || after.has(next.text) || next.type === "close";
      if (ends && previous !== "open" && previous !== "operator") type = "close";
    }
    if (type !== token.type) tokens[i] = { ...token, type };
    if (type === "open" || type === "begin") open.push(i);
    else if (type === "close" || type === "end") {
      const from = open.pop() ?? fail();
      const opening = tokens[from];
      const fits =
        type === "end"
          ? opening.type === "begin" && opening.text === token.text
          : opening.type === "open" && (partners[opening.text] ?? "[]").includes(token.text === "[" ? "]" : token.text);
      if (!fits) fail();
      match[from] = i;
      match[i] = from;
    }
  });
  if (open.length > 0) fail();
  return match;
}
