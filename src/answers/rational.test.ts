import { describe, expect, it } from "vitest";
import { random } from "../core/random.ts";
import {
  add,
  binomial,
  compare,
  digitsAt,
  divide,
  factorial,
  factors,
  fits,
  floor,
  gcd,
  multiply,
  negate,
  power,
  rational,
  same,
  squareRoot,
  subtract,
  terminates,
} from "./rational.ts";
import { OutOfFuel } from "./term.ts";

const fuel = () => ({ left: 1e6 });

describe("rationals", () => {
  it("are a field in lowest terms", () => {
    const r = random("rationals");
    const draw = () => rational(BigInt(r.int(200) - 100), BigInt(1 + r.int(40)));
    for (let i = 0; i < 300; i++) {
      const [a, b, c] = [draw(), draw(), draw()];
      expect(same(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c)))).toBe(true);
      expect(same(add(a, negate(a)), rational(0n))).toBe(true);
      if (b.n !== 0n) expect(same(multiply(divide(a, b), b), a)).toBe(true);
      expect(gcd(a.n, a.d)).toBe(1n);
      expect(a.d > 0n).toBe(true);
      expect(compare(a, b)).toBe(Math.sign(Number(subtract(a, b).n)));
    }
  });

  it("have the greatest common divisor of Euclid at any size", () => {
    const [p, q] = [2n ** 127n - 1n, 2n ** 89n - 1n];
    expect(gcd(p * 6n, q * 10n)).toBe(2n);
    expect(gcd(p * q * 12n, p * 18n)).toBe(p * 6n);
    expect(gcd(p * 6n, 4n)).toBe(2n);
    expect([gcd(0n, 7n), gcd(7n, 0n), gcd(-6n, 4n)]).toEqual([7n, 7n, 2n]);
    expect(gcd(2n ** 60n * 3n, 2n ** 58n * 5n)).toBe(2n ** 58n);
  });

  it("round half away from zero and floor downwards", () => {
    expect(digitsAt(rational(2n, 3n), 3)).toBe(667n);
    expect(digitsAt(rational(-2n, 3n), 3)).toBe(-667n);
    expect(digitsAt(rational(1n, 2n), 0)).toBe(1n);
    expect(digitsAt(rational(12345n), -2)).toBe(123n);
    expect([floor(rational(-7n, 2n)), floor(rational(7n, 2n)), floor(rational(-4n))]).toEqual([-4n, 3n, -4n]);
  });

  it("know which expansions end", () => {
    expect([rational(1n, 80n), rational(3n), rational(1n, 3n), rational(1n, 14n)].map(terminates)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("do not write out what is too long", () => {
    expect(fits(rational(9n), 9n ** 9n)).toBe(false);
    expect(() => power(rational(9n), 9n ** 9n, fuel())).toThrow(OutOfFuel);
    expect(() => factorial(10n ** 6n, fuel())).toThrow(OutOfFuel);
    expect(() => binomial(10n ** 9n, 5n * 10n ** 8n, fuel())).toThrow(OutOfFuel);
    expect(power(rational(-1n), 10n ** 30n + 1n, fuel()).n).toBe(-1n);
    expect(power(rational(2n, 3n), -3n, fuel())).toEqual(rational(27n, 8n));
  });

  it("count", () => {
    expect(factorial(20n, fuel())).toBe(2432902008176640000n);
    expect(factorial(7n, fuel(), 2)).toBe(105n);
    expect(binomial(52n, 5n, fuel())).toBe(2598960n);
    expect([binomial(3n, 5n, fuel()), binomial(5n, -1n, fuel()), binomial(-2n, 3n, fuel())]).toEqual([0n, 0n, -4n]);
  });

  it("split integers into primes and take integer roots", () => {
    for (const n of [1n, 2n, 360n, 9973n, 25_000_001n, 4999n ** 2n, 10n ** 12n]) {
      expect(factors(n, fuel()).reduce((product, [p, k]) => product * p ** BigInt(k), 1n)).toBe(n);
    }
    expect(factors(720n, fuel())).toEqual([
      [2n, 4],
      [3n, 2],
      [5n, 1],
    ]);
    for (const n of [0n, 1n, 2n, 3n, 4n, 99n, 10n ** 40n, 10n ** 40n - 1n]) {
      const root = squareRoot(n);
      expect(root * root <= n && (root + 1n) * (root + 1n) > n).toBe(true);
    }
  });
});
