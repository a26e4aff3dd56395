/** Texts that try to break a reader of answers: fragments in any order, towers, nests, long lists, broken Unicode. */
import type { Random } from "../../core/random.ts";
import { between } from "./exact.ts";

const signs = [
  ..."0123456789+-*/^_=<>()[]{}|!,.;:%$#&~'\"\\ \n\txyzniefgkabABCDE",
  ..."±∓×÷·√∛∞π°′″≤≥≠≈∪∩∈∅ℝ⟨⟩½⅔²³⁻−–—€£¥‰∑∏∫…",
  ..."\u0000\u0007\u001b\u00a0\u200b\u202e\ufeffǅﷺ𝟜٣四",
];

const latex = String.raw`
\frac \frac{ \dfrac{1} \sqrt \sqrt[3]{ \left( \right) \left[ \right. \boxed{ \text{ \mathrm{ \begin{pmatrix} \end{pmatrix}
\begin{cases} \end{cases} \begin{array}{cc} \\ \pm \mp \cdot \times \pi \infty \cup \cap \setminus \in \le \geq \ne \approx
\sin \cos^{-1} \log_ \ln \binom{ \overline{ \sum_{k=1}^{ \int_0^ \lim_{x\to \circ ^\circ \% \{ \} \langle \mathbb{R} \emptyset
\( \) \[ \] $$ ^{ _{ ** e99 E-7 !! ... <answer> </answer> <think> </think> #### sqrt( (A) 12:30`
  .trim()
  .split(/\s+/u);

const words: readonly string[] = [
  " or ",
  " and ",
  " percent",
  " cm",
  " km/h",
  "°C",
  " dollars",
  " hours ",
  "the answer is ",
  "Answer: ",
  "yes",
  "mod ",
  "no solution",
  "twenty-three",
  " million",
  " half",
  "March 5, ",
  "3:45 pm",
  "infinity",
  "👩‍🔬",
  "e\u0301\u0302\u0303",
  "\ud800",
  "\udfff",
];

const fragments: readonly string[] = [...signs, ...latex, ...latex, ...words];

const repeat = (text: string, n: number): string => text.repeat(n);

/** What costs time or depth, with a size. Small sizes are drawn more often. */
const monsters: readonly ((o: { r: Random; n: number }) => string)[] = [
  () => "9^{9^{9^9}}",
  ({ n }) => `${repeat("9^{", n)}9${repeat("}", n)}`,
  ({ r }) => `1e${repeat("9", between(r, 3, 40))}`,
  ({ r }) => `1e-${repeat("9", between(r, 3, 12))}`,
  ({ r }) => `${between(r, 2, 99)}^${between(r, 1000, 999_999_999)}`,
  ({ r }) => `${between(r, 10, 99)}^{-${between(r, 1000, 99_999)}}`,
  ({ r, n }) => `${between(r, 5, 5000)}${repeat("!", between(r, 1, Math.min(n, 40)))}`,
  ({ r, n }) => `${repeat("(", n)}${between(r, 3, 9)}${repeat("!)", n)}!`,
  ({ r, n }) => `\\binom{${between(r, 10, 10 ** Math.min(9, 2 + (n % 8)))}}{${between(r, 2, 99_999)}}`,
  ({ n }) => repeat("(", n),
  ({ n }) => `${repeat("(", n)}1${repeat(")", n)}`,
  ({ n }) => repeat("\\frac{1}{1+", n) + "x" + repeat("}", n),
  ({ n }) => repeat("\\sqrt{2+", n) + "2" + repeat("}", n),
  ({ n }) => repeat("\\boxed{", n),
  ({ n }) => repeat("{", n) + "x" + repeat("}", n),
  ({ n }) => repeat("[[", n),
  ({ n }) => repeat("-", n) + "1",
  ({ n }) => repeat("\\left(", n) + "x" + repeat("\\right)", n),
  ({ n }) => repeat("$", n),
  ({ n }) => repeat("|", n) + "x",
  ({ n }) => repeat("\\text{a ", n),
  ({ r, n }) =>
    Array.from({ length: n }, () => between(r, -99, 99)).join(
      r.pick([",", ", ", "; ", " and ", " + ", " = ", " < ", "\\pm"]),
    ),
  ({ n }) => `(x+1)^{${n}}`,
  ({ n }) => Array.from({ length: Math.min(n, 60) }, (_, i) => `(x_{${i}}+${i})`).join(""),
  ({ r, n }) =>
    `(${Array.from({ length: Math.min(n, 12) }, (_, i) => "abcdefghijkl"[i]).join("+")})^{${between(r, 2, 30)}}`,
  ({ n }) => Array.from({ length: Math.min(n, 40) }, (_, i) => `\\sqrt{${i + 2}}`).join("+"),
  ({ n }) => Array.from({ length: Math.min(n, 30) }, (_, i) => `(1 \\pm \\sqrt{${i + 2}})`).join(""),
  ({ r, n }) => String(between(r, 1, 9)) + repeat("0", n) + "." + repeat("3", n),
  ({ r, n }) => `0.\\overline{${Array.from({ length: n }, () => r.int(10)).join("")}}`,
  ({ n }) => `\\begin{pmatrix}${repeat("1&2\\\\", n)}\\end{pmatrix}`,
  ({ n }) => `\\sum_{k=1}^{${10 ** Math.min(12, 1 + (n % 12))}} \\frac{1}{k^{2}}`,
  ({ r }) => `\\int_0^\\infty e^{-x^{${between(r, 2, 9)}}} \\sin(x^x) dx`,
  ({ n }) => repeat("\\sin ", n) + "x",
  ({ n }) => `\\log_{${repeat("\\log_{2}", Math.min(n, 30))}{3}} 5`,
  ({ n }) => repeat("the answer is ", n) + "5",
  ({ n }) => repeat("one hundred ", n),
  ({ n }) => repeat("1,", n) + "1",
  ({ n }) => repeat("1/", n) + "1",
  ({ n }) => repeat("2^", n) + "2",
  ({ n }) => repeat("a", n),
  ({ n }) => repeat("\u0301", n),
  ({ n }) => repeat("\\", n),
  ({ n }) => repeat("x=", n) + "1",
  ({ n }) => repeat("\n", n) + "5",
  ({ r }) => `\\gcd(${repeat("7", between(r, 1, 400))}, ${repeat("3", between(r, 1, 400))})`,
  ({ r }) => `\\sin(10^{${between(r, 5, 400)}})`,
  ({ r }) => `e^{e^{${between(r, 2, 400)}}}`,
  ({ r }) => `\\sqrt[${between(r, 2, 99_999)}]{${between(r, 2, 99)}}`,
  ({ r }) => `${between(r, 2, 99)}^{${between(r, 1, 99)}/${between(r, 2, 9999)}}`,
  ({ r }) => `(${between(r, 2, 9)}+${between(r, 2, 9)}i)^{${between(r, 10, 99_999)}}`,
];

/** `n` hostile texts; one in a few hundred is long (up to 50,000 characters). */
export function* fuzzed(random: Random, n: number): Generator<string> {
  for (let i = 0; i < n; i++) {
    const r = random.fork(i);
    if (r.int(4) === 0) {
      const size =
        r.int(100) === 0 ? between(r, 1000, 10_000) : r.int(5) === 0 ? between(r, 40, 400) : between(r, 1, 40);
      const text = r.pick(monsters)({ r, n: size });
      yield r.int(4) === 0 ? text + r.pick(fragments) + r.pick(monsters)({ r, n: between(r, 1, 12) }) : text;
    } else {
      const length = r.int(20) === 0 ? between(r, 40, 300) : between(r, 0, 25);
      yield Array.from({ length }, () => r.pick(fragments)).join("");
    }
  }
}
