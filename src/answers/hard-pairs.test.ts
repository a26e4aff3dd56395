import { describe, expect, it } from "vitest";
import { hardPairs, type HardPair } from "./hard-pairs.ts";
import { verify } from "./verify.ts";

const kinds = [...new Set(hardPairs.map(({ kind }) => kind))];

const wrong = (pairs: readonly HardPair[], check: (pair: HardPair) => boolean): string[] =>
  pairs
    .filter((pair) => !check(pair))
    .map(({ gold, answer, equal, why }) => {
      const { equal: judged, how } = verify(gold, answer);
      return `${gold} ${equal ? "≡" : "≢"} ${answer}: judged ${judged} (${how})${why === undefined ? "" : `; ${why}`}`;
    });

describe("hard pairs made by hand", () => {
  it("are many, of both verdicts, and not repeated", () => {
    expect(hardPairs.length).toBeGreaterThanOrEqual(400);
    const equal = hardPairs.filter((pair) => pair.equal).length / hardPairs.length;
    expect(equal).toBeGreaterThan(0.3);
    expect(equal).toBeLessThan(0.7);
    expect(new Set(hardPairs.map(({ gold, answer }) => `${gold}\n${answer}`)).size).toBe(hardPairs.length);
  });

  it.each(kinds)("%s", (kind) => {
    const pairs = hardPairs.filter((pair) => pair.kind === kind);
    // "Undecided" rejects a false answer as well as "different" does.
    expect(wrong(pairs, ({ gold, answer, equal }) => (verify(gold, answer).equal === true) === equal)).toStrictEqual(
      [],
    );
    expect(wrong(pairs, ({ gold, answer }) => verify(gold, answer).equal === verify(answer, gold).equal)).toStrictEqual(
      [],
    );
    expect(
      wrong(pairs, ({ gold, answer }) => [gold, answer].every((text) => verify(text, text).equal === true)),
    ).toStrictEqual([]);
  });

  it("leaves hardly any undecided", () => {
    const undecided = hardPairs.filter(({ gold, answer }) => verify(gold, answer).equal === null);
    expect(undecided.map(({ gold, answer }) => `${gold} ? ${answer}`).length).toBeLessThan(0.02 * hardPairs.length);
  });
});
