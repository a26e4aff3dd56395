/** IEEE 754 numbers of 16 bits, as GGUF files store them. */

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The 16 bits nearest to a number, ties to even. Numbers from 65520 on become infinite. */
export function toHalf(x: number): number {
  single[0] = x;
  const [word] = bits;
  const sign = (word >>> 16) & 0x8000;
  const exponent = ((word >>> 23) & 0xff) - 112;
  const mantissa = word & 0x7fffff;
  if (exponent === 143) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent < -10) return sign;
  // Below 2⁻¹⁴ the leading one is stored, and the exponent is not. A carry of rounding runs into the exponent, as it should.
  return exponent > 0
    ? sign | rounded((exponent << 23) | mantissa, 13)
    : sign | rounded(mantissa | 0x800000, 14 - exponent);
}

/** An integer without its lowest bits, to nearest, ties to even. */
function rounded(n: number, dropped: number): number {
  const kept = n >>> dropped;
  const rest = n & ((1 << dropped) - 1);
  const half = 1 << (dropped - 1);
  return rest > half || (rest === half && kept % 2 === 1) ? kept + 1 : kept;
}

export function fromHalf(half: number): number {
  const sign = half >= 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}
