import type { Random } from "../../core/random.ts";

/** Digits of a number, least significant first. */
export type Digits = readonly number[];

/** The sum of two numbers by digits. */
export function add(a: Digits, b: Digits): number[] {
  const sum: number[] = [];
  let carry = 0;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const column = (a[i] ?? 0) + (b[i] ?? 0) + carry;
    sum.push(column % 10);
    carry = column > 9 ? 1 : 0;
  }
  return carry === 1 ? [...sum, 1] : sum;
}

/** Has a reply as many digits as a sum of the operands may have, and no leading zero? */
export function plausibleLength(a: Digits, b: Digits, reply: Digits): boolean {
  const longest = Math.max(a.length, b.length);
  const extra = reply.length - longest;
  return (extra === 0 || (extra === 1 && reply[longest] === 1)) && (reply.at(-1) !== 0 || longest === 1);
}

/** Do the residues of the operands add up to the reply's, modulo 9, 11 and 101? Necessary, not sufficient. */
export function congruent(a: Digits, b: Digits, reply: Digits): boolean {
  return [9, 11, 101].every(
    (modulus) => (residue(a, modulus) + residue(b, modulus)) % modulus === residue(reply, modulus),
  );
}

function residue(digits: Digits, modulus: number): number {
  return digits.reduceRight((value, digit) => (value * 10 + digit) % modulus, 0);
}

/** Operands of so many digits; some with a stretch of digits that pass a carry on. */
export function drawOperands(
  random: Random,
  digits: number,
  o: { mixed: boolean; carries: number },
): { a: Digits; b: Digits } {
  const number = (length: number): number[] =>
    Array.from({ length }, (_, i) => (i === length - 1 ? 1 + random.int(9) : random.int(10)));
  const a = number(digits);
  const b = number(o.mixed ? 1 + random.int(digits) : digits);
  if (random.next() < o.carries) {
    const first = random.int(b.length);
    const stop = first + 1 + random.int(b.length - first);
    for (let i = first; i < stop; i++) b[i] = i === first ? Math.min(9, 10 - a[i]) : 9 - a[i];
    b[b.length - 1] ||= 1;
  }
  return random.next() < 0.5 ? { a, b } : { a: b, b: a };
}
