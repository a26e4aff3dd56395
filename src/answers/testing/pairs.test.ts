import { beforeAll, describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { verify } from "../verify.ts";
import { kinds, pairs, type Pair } from "./generator.ts";

interface Judged extends Pair {
  readonly verdict: ReturnType<typeof verify>;
  readonly backwards: ReturnType<typeof verify>;
}

const all: Judged[] = [];

/** The first offenders of every kind. */
const told = (offenders: readonly Judged[]): string =>
  kinds
    .flatMap((kind) => offenders.filter((pair) => pair.kind === kind).slice(0, 3))
    .map(
      ({ kind, gold, answer, by, equal, verdict }) =>
        `${kind} [${by}] is ${equal}, judged ${verdict.equal} (${verdict.how})\n  ${JSON.stringify(gold)}\n  ${JSON.stringify(answer)}`,
    )
    .join("\n");

const report = (offenders: readonly Judged[]): string => `${offenders.length} pairs, such as\n${told(offenders)}`;

describe("10,000 generated pairs of all kinds", () => {
  beforeAll(() => {
    for (const pair of pairs(random("pairs"), 10_000))
      all.push({ ...pair, verdict: verify(pair.gold, pair.answer), backwards: verify(pair.answer, pair.gold) });
  }, 60_000);

  it("accepts nothing false", () => {
    const accepted = all.filter(({ equal, verdict }) => !equal && verdict.equal === true);
    expect(accepted.length, report(accepted)).toBe(0);
  });

  it("accepts at least 99 % of what is true, in every kind at least 95 %", () => {
    const positive = all.filter(({ equal }) => equal);
    const missed = positive.filter(({ verdict }) => verdict.equal !== true);
    expect(missed.length / positive.length, report(missed)).toBeLessThanOrEqual(0.01);
    for (const kind of kinds) {
      const of = missed.filter((pair) => pair.kind === kind);
      const share = of.length / positive.filter((pair) => pair.kind === kind).length;
      expect(share, `${kind}: ${report(of)}`).toBeLessThanOrEqual(0.05);
    }
  });

  it("decides nearly all of the unequal ones", () => {
    const undecided = all.filter(({ equal, verdict }) => !equal && verdict.equal === null);
    expect(undecided.length, report(undecided)).toBeLessThan(100);
  });

  it("is symmetric", () => {
    const lopsided = all.filter(({ verdict, backwards }) => verdict.equal !== backwards.equal);
    expect(lopsided.length, report(lopsided)).toBe(0);
  });

  it("is reflexive, also where the text is not the same to the letter", () => {
    const unlike = all.filter(
      ({ gold, answer }) => verify(gold, gold).equal !== true || verify(answer, ` ${answer}`).equal !== true,
    );
    expect(unlike.length, report(unlike)).toBe(0);
  });
});
