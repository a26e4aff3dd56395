import { describe, expect, it } from "vitest";
import { random } from "../core/random.ts";
import { bootstrap, wilson } from "./coverage.ts";

describe("intervals", () => {
  it("Wilson's solves |p − p̂| = z·√(p(1−p)/n) at both ends", () => {
    const [successes, n] = [37, 120];
    const { value, low, high } = wilson(successes, n);
    for (const p of [low, high]) expect(Math.abs(p - value)).toBeCloseTo(1.959964 * Math.sqrt((p * (1 - p)) / n), 8);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  });

  it("Wilson's stays inside [0, 1] and is open at the extremes", () => {
    expect(wilson(0, 10)).toMatchObject({ value: 0, low: 0 });
    expect(wilson(0, 10).high).toBeGreaterThan(0.2);
    expect(wilson(10, 10).high).toBeCloseTo(1, 12);
    expect(wilson(10, 10).high).toBeLessThanOrEqual(1);
  });

  it("the bootstrap's half-width is 1.96 standard errors, as for a normal mean", () => {
    const source = random("values");
    const values = Array.from({ length: 400 }, () => source.next());
    const { value, low, high } = bootstrap(values, random("resamples"));
    const error = Math.sqrt(1 / 12 / 400);
    expect((high - low) / (2 * 1.96 * error)).toBeGreaterThan(0.85);
    expect((high - low) / (2 * 1.96 * error)).toBeLessThan(1.15);
    expect(value).toBeCloseTo(0.5, 1);
    expect(bootstrap([1, 1, 1], random("same"))).toStrictEqual(wilson(3, 3));
  });
});
