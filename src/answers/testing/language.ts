/** Kinds in words: yes and no, names, options of a multiple choice, no solution. */
import { between } from "./exact.ts";
import { nearly, plain, tex, words } from "./forms.ts";
import type { Draw, Form } from "./forms.ts";

const truth: Draw = (r) => {
  const v = r.int(2) === 0;
  const forms = (yes: boolean): Form[] => [
    ...words({ capital: yes ? "Yes" : "No", lower: yes ? "yes" : "no", upper: yes ? "YES" : "NO" }),
    ...tex({ text: `\\text{${yes ? "Yes" : "No"}}` }),
  ];
  const logical = (yes: boolean): Form[] => [
    ...words({ capital: yes ? "True" : "False", lower: yes ? "true" : "false" }),
    ...tex({ text: `\\text{${yes ? "True" : "False"}}` }),
  ];
  const chosen = r.pick([forms, logical]);
  return { same: chosen(v), near: nearly(r, chosen, { opposite: !v, "opposite again": !v }) };
};

const names: readonly string[] = [
  "Paris",
  "New York",
  "New Jersey",
  "Evelyn",
  "hyperbola",
  "two intersecting lines",
  "parallelogram",
  "Isaac Newton",
  "Émilie du Châtelet",
  "Emmy Noether",
  "the second train",
  "the first train",
  "blue",
  "green",
  "Saturday",
  "Sunday",
  "even",
  "odd",
  "obtuse triangle",
  "acute triangle",
  "neither",
  "circle",
  "ellipse",
];

const capitalised = (text: string): string => text[0].toUpperCase() + text.slice(1);

const text: Draw = (r) => {
  const v = r.pick(names);
  const forms = (name: string): Form[] => [
    ...words({
      plain: name,
      capital: capitalised(name),
      lower: name.toLowerCase(),
      spaced: name.replaceAll(" ", "  "),
    }),
    ...tex({ text: `\\text{${name}}`, mbox: `\\mbox{${capitalised(name)}}` }),
  ];
  const [other, another] = r.shuffle(names.filter((name) => name !== v));
  return {
    same: forms(v),
    near: nearly(r, forms, { "other name": other, "another name": another, "a word more": `${v} twice` }),
  };
};

const choice: Draw = (r) => {
  const letters = "ABCDE";
  const v = r.pick([...letters]);
  const forms = (letter: string): Form[] => [
    ...words({ letter, brackets: `(${letter})`, option: `Option ${letter}`, period: `${letter}.`, half: `${letter})` }),
    ...tex({ text: `\\text{${letter}}`, bold: `\\textbf{(${letter})}`, mathrm: `\\mathrm{${letter}}` }),
  ];
  const [other, another] = r.shuffle([...letters].filter((letter) => letter !== v));
  return { same: forms(v), near: nearly(r, forms, { "other letter": other, "another letter": another }) };
};

const choices: Draw = (r) => {
  const drawn = r.shuffle([..."ABCDEF"]);
  const n = between(r, 2, 3);
  const forms = (letters: readonly string[]): Form[] => [
    ...words({
      commas: letters.join(", "),
      and: `${letters.slice(0, -1).join(", ")} and ${letters[letters.length - 1]}`,
      shuffled: r.shuffle(letters).join(", "),
    }),
    ...tex({ text: `\\text{${letters.join(", ")}}` }),
  ];
  const v = drawn.slice(0, n);
  const near = {
    "one changed": [...v.slice(1), drawn[n]],
    "one more": drawn.slice(0, n + 1),
    "one less": n > 2 ? v.slice(1) : undefined,
  };
  return { same: forms(v), near: nearly(r, forms, near) };
};

const nothing: Draw = (r) => {
  const n = between(r, 0, 30);
  return {
    same: [
      ...words({ words: "no solution", plural: "No solutions", none: "there is no solution" }),
      ...tex({ text: "\\text{No solution}", empty: "\\emptyset", varnothing: "\\varnothing" }),
      ...plain({ Unicode: "∅" }),
    ],
    near: [
      ...plain({ number: String(n), set: `{${n}}`, equation: `x = ${n}` }),
      ...tex({ "infinitely many": "\\text{infinitely many solutions}", reals: "\\mathbb{R}" }),
    ],
  };
};

const infinite: Draw = (r) => {
  const forms = (sign: string): Form[] => [
    ...tex({ TeX: `${sign}\\infty` }),
    ...plain({ Unicode: `${sign}∞` }),
    ...words({ words: sign === "-" ? "negative infinity" : "infinity" }),
  ];
  const [v, other] = r.pick([
    ["", "-"],
    ["-", ""],
  ]);
  return {
    same: forms(v),
    near: [
      ...nearly(r, forms, { sign: other }),
      ...plain({ number: String(between(r, 0, 999)), large: `${other}1e${between(r, 10, 300)}` }),
    ],
  };
};

export const language: Readonly<Record<string, Draw>> = { truth, text, choice, choices, nothing, infinity: infinite };
