import { describe, expect, it } from "vitest";
import type { RoundSummary } from "../store/ledger.ts";
import { chart } from "./chart.ts";
import { curveOf, ticks, type Point } from "./curve.ts";
import { bar, duration, table, wrap } from "./io.ts";
import { svg } from "./svg.ts";

const points: Point[] = [
  { round: 0, seconds: 60, greedy: 0.1, pass: { k: 16, pass1: 0.08, passK: 0.5 } },
  { round: 1, seconds: 80, greedy: 0.4 },
  { round: 2, seconds: 120, greedy: 0.7, pass: { k: 16, pass1: 0.6, passK: 0.9 } },
];

/** Tags that are opened are closed, in order; attributes are quoted; text has no bare "&" or "<". */
function wellFormed(xml: string): boolean {
  const open: string[] = [];
  const rest = xml.replaceAll(
    /<(\/?)([a-z]+)((?: [a-zA-Z][\w-]*="[^"<&]*(?:&[a-z]+;[^"<&]*)*")*)(\/?)>/g,
    (_, end: string, name: string, __, empty: string) => {
      if (end !== "") return open.pop() === name ? "" : "<";
      if (empty === "") open.push(name);
      return "";
    },
  );
  return open.length === 0 && !/[<>]|&(?!(?:amp|lt|gt|quot);)/.test(rest);
}

describe("svg", () => {
  it("is well-formed, whatever the texts", () => {
    const picture = svg({ title: 'a < b & "c"', subtitle: "<x>", points });
    expect(wellFormed(picture)).toBe(true);
    expect(wellFormed(picture.replace("</svg>", ""))).toBe(false);
    expect(wellFormed(svg({ title: "none", subtitle: "", points: [] }))).toBe(true);
    expect(picture).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("draws accuracy to scale, over seconds and over rounds", () => {
    const lines = [
      ...svg({ title: "", subtitle: "", points }).matchAll(/<polyline class="line" points="([^"]+)"/g),
    ].map(([, text]) => text.split(" ").map((pair) => pair.split(",").map(Number)));
    const [seconds, rounds] = lines;
    for (const line of lines) {
      const [first, second, last] = line.map(([, y]) => y);
      expect((first - second) / (first - last)).toBeCloseTo(0.5, 2);
    }
    const share = ([[a], [b], [c]]: number[][]): number => (b - a) / (c - a);
    expect(share(seconds)).toBeCloseTo(20 / 60, 2);
    expect(share(rounds)).toBeCloseTo(1 / 2, 2);
  });
});

describe("chart", () => {
  it("puts the lowest point at the bottom left and the highest at the top right", () => {
    const lines = chart(
      [
        { x: 0, y: 0 },
        { x: 10, y: 1 },
      ],
      { width: 28, unit: "s" },
    );
    expect(lines).toHaveLength(15);
    expect(lines[0]).toMatch(/^ 100 % ┤ +[\u2801-\u28ff]+$/);
    expect(lines[12]).toMatch(/^ {3}0 % ┤[\u2801-\u28ff]+ *$/);
    expect(lines.at(-1)).toMatch(/^ +0 .*10 s$/);
  });

  it("is flat for a constant", () => {
    const drawn = chart(
      [
        { x: 0, y: 0.5 },
        { x: 5, y: 0.5 },
      ],
      { width: 48, unit: "s" },
    )
      .slice(0, 13)
      .filter((text) => /[\u2801-\u28ff]/.test(text));
    expect(drawn).toHaveLength(1);
  });
});

describe("curve", () => {
  it("counts the rounds that reason, adds up seconds, and ends with what was measured after them", () => {
    const phase = { rounds: 1, judge: [], process: [], build: [], train: [], inner: [{}], evalEvery: 1 };
    const reason = { id: "cot", options: {} };
    const recipe = {
      id: "r",
      about: "",
      family: { id: "countdown", options: {} },
      form: "short" as const,
      models: {},
      roles: {},
      phases: [
        { ...phase, name: "base" },
        { ...phase, name: "loop", reason },
      ],
      evaluation: { difficulties: [3], tasks: 10, probe: 5, k: 16, sampled: 10, samples: 16 },
    };
    const accuracy = (greedy: number) => ({ tasks: 5, greedy, validSteps: 1, wellFormed: 1, tokens: 9 });
    const round = { checkpoint: null, committedTime: 0 };
    const rounds: RoundSummary[] = [
      { ...round, phase: 0, round: 1, name: "base 1", metrics: {}, elapsed: { total: 30 } },
      {
        ...round,
        phase: 1,
        round: 1,
        name: "loop 1",
        metrics: { before: accuracy(0.1), accuracy: accuracy(0.2) },
        elapsed: { total: 12, train: 6 },
      },
    ];
    expect(curveOf(recipe, rounds)).toStrictEqual([
      { round: 0, seconds: 30, greedy: 0.1 },
      { round: 1, seconds: 42, greedy: 0.2 },
    ]);
    const final = { ...accuracy(0.3), samples: { n: 16, k: 16, pass1: 0.2, passK: 0.8 } };
    expect(curveOf(recipe, rounds, final)).toStrictEqual([
      { round: 0, seconds: 30, greedy: 0.1 },
      { round: 1, seconds: 42, greedy: 0.3, pass: { k: 16, pass1: 0.2, passK: 0.8 } },
    ]);
  });

  it.each([
    [470, 6, [0, 100, 200, 300, 400]],
    [3, 6, [0, 0.5, 1, 1.5, 2, 2.5, 3]],
    [24, 6, [0, 5, 10, 15, 20]],
    [0, 6, [0]],
  ])("ticks up to %d, at most %d steps", (max, most, expected) => {
    expect(ticks(max, most).filter((tick) => tick <= max)).toStrictEqual(expected);
  });
});

describe("text", () => {
  it("bars fill in eighths of a cell and keep their width", () => {
    expect([bar(0, 4), bar(0.5, 4), bar(1, 4), bar(1.7, 4), bar(1 / 32, 4)]).toStrictEqual([
      "    ",
      "██  ",
      "████",
      "████",
      "▏   ",
    ]);
  });

  it("durations round to what matters", () => {
    expect([4.4, 59.6, 61, 3599, 3661].map(duration)).toStrictEqual([
      "4 s",
      "1:00 min",
      "1:01 min",
      "59:59 min",
      "1:01 h",
    ]);
  });

  it("tables align, and words wrap", () => {
    expect(
      table(
        [
          ["a", "bb"],
          ["ccc", "1"],
        ],
        { right: [1] },
      ),
    ).toBe("a    bb\nccc   1");
    expect(wrap("one two three four", 9, " ")).toBe(" one two\n three\n four");
  });
});
