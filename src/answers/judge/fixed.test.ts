import { Decimal } from "decimal.js";
import { describe, expect, it } from "vitest";
import { arcsin, arctan, ln } from "./fixed.ts";

describe("fixed-point functions", () => {
  for (const digits of [30, 107]) {
    const Number = Decimal.clone({ defaults: true, precision: digits });
    const make = (value: string): Decimal => new Number(value);
    const pi = Number.acos(-1);
    const apart = (a: Decimal, b: Decimal): number => a.minus(b).abs().div(Decimal.max(1, b.abs())).toNumber();
    const least = 10 ** (3 - digits);

    it(`agree with the series of decimal.js at ${digits} digits`, () => {
      for (const x of ["2", "0.1", "1.5", "1.4999", "0.75", "10", "123456.789", "1e-30", "3e40", "1.0000001", "0.99"]) {
        expect(apart(ln(make(x), digits, make), make(x).ln()), x).toBeLessThan(least);
      }
      for (const x of ["0", "0.2", "-0.2", "1", "-1", "0.0000001", "7.5", "-1e20", "0.999999"]) {
        expect(apart(arctan(make(x), digits, make, pi), make(x).atan()), x).toBeLessThan(least);
      }
      for (const x of ["0", "0.5", "-0.5", "1", "-1", "0.8660254", "0.9999999"]) {
        expect(apart(arcsin(make(x), digits, make, pi), make(x).asin()), x).toBeLessThan(least);
      }
    });
  }
});
