import { describe, expect, it } from "vitest";
import { verify } from "./verify.ts";

const verdicts = (a: string, b: string): (boolean | null)[] => [verify(a, b).equal, verify(b, a).equal];

describe("texts with more than one reading", () => {
  it.each([
    ["$6,8$", "6 and 8"],
    ["$6,8$", "(6, 8)"],
    ["$0,5$", "1/2"],
    ["$945111,36585$", "945111.36585"],
    ["\\boxed{1,5}", "1.5"],
    ["\\boxed{1,5}", "{1, 5}"],
    ["x \\in \\{1, 2\\}", "1,2"],
    ["21,16 or 11", "$21,16$ or $11$"],
    ["$2s$", "2s"],
    ["$6m$", "\\boxed{6m}"],
    ["12,34,567", "1234567"],
    ["(0,1] \\cup [e^2, \\infty)", "$(0, 1] \\cup\\left[e^{2}, \\infty\\right)$"],
  ])("%s ≡ %s", (a, b) => {
    expect(verdicts(a, b)).toEqual([true, true]);
  });

  it.each([
    ["$1,234$", "1.234"],
    ["1,234", "1.234"],
    ["$6,8$", "6.9"],
    ["$6,8$", "68"],
    ["$2s$", "3s"],
    ["$2s$", "2 m"],
    ["12,34,567", "123456"],
    ["$1,25$", "125"],
    ["${1, 3}$", "(1, 3)"],
  ])("%s ≢ %s", (a, b) => {
    for (const verdict of verdicts(a, b)) expect(verdict).not.toBe(true);
  });

  it("take a statement as it stands where it is all that the other says", () => {
    expect(verdicts("Not a function", "The answer is $Not a function$.")).toEqual([true, true]);
    expect(verdicts("The current is steady.", "\\boxed{The current is steady.}")).toEqual([true, true]);
    expect(verify("The current is steady.", "\\boxed{The current is not steady.}").equal).not.toBe(true);
  });

  it("are one where the policy names the separator", () => {
    expect(verify("$6,8$", "6.8", { separators: "point" }).equal).toBe(false);
    expect(verify("$6,8$", "6.8", { separators: "comma" }).equal).not.toBe(null);
  });
});

describe("matrices and functions in pieces", () => {
  it.each([
    [
      "\\begin{pmatrix}6&8\\\\10&12\\end{pmatrix}",
      "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix} + \\begin{pmatrix}5&6\\\\7&8\\end{pmatrix}",
    ],
    [
      "\\begin{pmatrix}5\\\\11\\end{pmatrix}",
      "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix} \\begin{pmatrix}1\\\\2\\end{pmatrix}",
    ],
    ["\\begin{pmatrix}7&10\\\\15&22\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}^2"],
    ["-2", "\\det \\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"],
    ["\\begin{pmatrix}-2&1\\\\\\frac32&-\\frac12\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}^{-1}"],
    [
      "f(x)=\\begin{cases} x, & x>0, \\\\ -x, & x\\leq 0.\\end{cases}",
      "\\begin{cases} -x & \\text{if } 0 \\ge x \\\\ x & \\text{otherwise} \\end{cases}",
    ],
  ])("%s ≡ %s", (a, b) => {
    expect(verdicts(a, b)).toEqual([true, true]);
  });

  it.each([
    [
      "\\begin{pmatrix}4&6\\end{pmatrix}",
      "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix} + \\begin{pmatrix}1&2\\end{pmatrix}",
    ],
    ["\\begin{pmatrix}1&4\\\\9&16\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}^2"],
    [
      "\\begin{cases} x & x>0 \\\\ -x & x\\leq 0\\end{cases}",
      "\\begin{cases} x & x>0 \\\\ -2x & x \\le 0 \\end{cases}",
    ],
    ["\\begin{cases} x & x>0 \\\\ 1 & x\\leq 0\\end{cases}", "\\begin{cases} x & x>1 \\\\ 1 & x \\le 1 \\end{cases}"],
    ["\\begin{cases} x & x>0 \\\\ 1 & x\\leq 0\\end{cases}", "\\begin{cases} 1 & x>0 \\\\ x & x \\le 0 \\end{cases}"],
  ])("%s ≢ %s", (a, b) => {
    for (const verdict of verdicts(a, b)) expect(verdict).not.toBe(true);
  });
});
