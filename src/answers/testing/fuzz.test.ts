import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { verify } from "../verify.ts";
import { fuzzed } from "./fuzz.ts";

describe("5,000 hostile texts", () => {
  it("are judged without an exception, each within two seconds, alike in both orders", () => {
    // Time of this thread's own: a busy machine is no defect.
    let [slowest, culprit] = [0, ""];
    let before = "1/2";
    const lopsided: string[] = [];
    let count = 0;
    for (const text of fuzzed(random("fuzz"), 5000)) {
      const start = process.threadCpuUsage();
      const { equal } = verify(before, text);
      const { user, system } = process.threadCpuUsage(start);
      const took = (user + system) / 1000;
      if (took > slowest) [slowest, culprit] = [took, text];
      if (count++ % 4 === 0 && verify(text, before).equal !== equal) lopsided.push(JSON.stringify([before, text]));
      before = text;
    }
    expect(lopsided.slice(0, 5)).toStrictEqual([]);
    expect(slowest, `ms on ${JSON.stringify(culprit.slice(0, 200))} of ${culprit.length} characters`).toBeLessThan(
      2000,
    );
  });

  it("equal themselves", () => {
    const unlike = [...fuzzed(random("reflexive"), 1000)].filter((text) => verify(text, text).equal !== true);
    expect(unlike.slice(0, 5)).toStrictEqual([]);
  });
});

describe("the source of hostile texts", () => {
  it("is deterministic and varied", () => {
    const texts = [...fuzzed(random("a"), 2000)];
    expect([...fuzzed(random("a"), 50)]).toStrictEqual(texts.slice(0, 50));
    expect(new Set(texts).size).toBeGreaterThan(1800);
    expect(Math.max(...texts.map((text) => text.length))).toBeGreaterThan(5000);
    expect(texts.some((text) => !text.isWellFormed())).toBe(true);
    expect(texts.some((text) => text.includes("9^{9^{9^"))).toBe(true);
  });
});
