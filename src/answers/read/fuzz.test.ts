import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { defaultPolicy } from "../policy.ts";
import { show } from "../show.ts";
import { OutOfFuel } from "../term.ts";
import { symbolOfChoice } from "./choices.ts";
import { read } from "./read.ts";

const full = 200_000;

/** The reading's kind and the fuel it took; "fuel" where it ran out. */
function tried(text: string): { readonly kind: string; readonly burnt: number } {
  const fuel = { left: full };
  try {
    const answer = read(text, defaultPolicy, fuel);
    expect(show(answer)).toBe(show(read(text, defaultPolicy, { left: full })));
    return { kind: answer.kind, burnt: full - fuel.left };
  } catch (error) {
    if (error instanceof OutOfFuel) return { kind: "fuel", burnt: full };
    throw error;
  }
}

const pieces =
  String.raw`\frac \dfrac { } ( ) [ ] \{ \} \left( \right) \right. \left\{ \sqrt \sqrt[3] ^ _ ^{ _{ 1 2 12 1,234 0.5 .5 1.2.3 , ; : . … x y n e i \pi + - * / ** = < > != \le \cup \setminus \in | \| ! % \% $ \$ ° ^\circ ' " \text{ \mathrm{ cm km/h eggs or and no A (B) \begin{pmatrix} \end{pmatrix} & \\ \begin{cases} \end{cases} \sum \int \lim \to dx \log \sin sin( \binom C( mod \pmod{ ± ∞ √ ² ⁻¹ ½ ∑ ∫ ≤ ∪ ℝ \mathbb{R} → é 日 ~ 1e9 0x 1_2 \overline{3} \not \color{ \begin \ \, \( \) \[ \] million of 5th March 3:45`.split(
    " ",
  );
pieces.push(" ", "\n", "\u0000", "\ud800", "\u0305", "😀", "\u200b");

describe("read", () => {
  it("ends and never throws on any text", () => {
    const r = random("reader");
    const kinds = new Set<string>();
    for (let k = 0; k < 1500; k++) {
      const length = 1 + r.int(k % 40 === 0 ? 200 : 5);
      const text = Array.from({ length }, () => r.pick(pieces) + (r.int(3) === 0 ? " " : "")).join("");
      kinds.add(tried(text).kind);
    }
    expect(kinds.size).toBeGreaterThan(8);
  });

  it("reads nesting to a bounded depth", () => {
    const nest = (open: string, close: string, depth: number): string => open.repeat(depth) + "1" + close.repeat(depth);
    expect(tried(nest("(", ")", 20)).kind).toBe("value");
    expect(tried(nest("\\sqrt{", "}", 30)).kind).toBe("value");
    for (const [open, close] of [
      ["(", ")"],
      ["\\frac{1}{", "}"],
      ["[", "]"],
      ["\\{", "\\}"],
      ["-(", ")"],
      ["2^{", "}"],
    ]) {
      expect(["text", "fuel"]).toContain(tried(nest(open, close, 1500)).kind);
    }
  });

  it.each([
    ["unclosed", "(".repeat(15_000)],
    ["bars", "|".repeat(15_000)],
    ["sum", `${"x+".repeat(7000)}x`],
    ["tower", `${"2^".repeat(5000)}2`],
    ["spaced digits", "1 ".repeat(9000)],
    ["points", "1.".repeat(9000)],
    ["commas", "1,".repeat(9000)],
    ["words", "a ".repeat(9000)],
    ["alternatives", `${"x or ".repeat(3000)}x`],
    ["dollars", "$x$ ".repeat(4000)],
    ["backslashes", "\\".repeat(15_000)],
    ["boxes", "\\boxed{".repeat(2500)],
    ["stops", ". ".repeat(9000)],
    ["factorials", `5${"!".repeat(15_000)}`],
  ])("takes steps in proportion to the length: %s", (_, text) => {
    const half = tried(text.slice(0, text.length / 2)).burnt;
    expect(tried(text).burnt).toBeLessThan(Math.max(4 * half, 12 * text.length));
  });

  it("scans nested lists once a level", () => {
    const text = `${"[(".repeat(90)}1, 2 or 3${")]".repeat(90)}`;
    expect(tried(text).burnt).toBeLessThan(text.length * 200);
  });

  it("says so when the fuel is gone", () => {
    expect(() => read("(1+2)*(3+4)", defaultPolicy, { left: 5 })).toThrow(OutOfFuel);
  });

  it("keeps a lone letter comparable with a symbol", () => {
    const fuel = { left: full };
    expect(symbolOfChoice(read("B", defaultPolicy, fuel))).toEqual({
      kind: "value",
      value: { kind: "symbol", name: "B" },
    });
    expect(symbolOfChoice(read("B) 12", defaultPolicy, fuel))).toBeUndefined();
    expect(symbolOfChoice(read("b", defaultPolicy, fuel))).toBeUndefined();
  });
});
