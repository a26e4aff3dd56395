/** The machine's matrix-product peak as ONNX Runtime reaches it: what fractions of the peak refer to. */
import { random } from "../src/core/random.ts";
import { Graph } from "../src/engine/embedded/graph.ts";
import { floats, openSession, type Feeds, type Hardware } from "../src/engine/embedded/sessions.ts";
import { best, secondsOf, type Contender } from "./measure.ts";

/** Operations of a run: long enough to time, short enough to fall between what else the machine does. */
const WORK = 4e9;
const SIZES = [512, 1024, 1536];

interface Candidate {
  readonly flops: number;
  run(): Promise<unknown>;
}

/**
 * x·B·B·… of square matrices; `stored`: B is a constant, which the runtime may lay out beforehand. Only a corner comes
 * back, so that no time goes into copying results.
 */
async function candidate(size: number, stored: boolean, hardware: Hardware): Promise<Candidate> {
  const g = new Graph();
  const source = random(`peak/${size}`);
  // Of variance 1/size, so that the products neither grow nor vanish.
  const values = Float32Array.from({ length: size * size }, () => (source.next() - 0.5) * Math.sqrt(12 / size));
  const b = stored ? g.constant(values, [size, size]) : g.input("b", [size, size]);
  const products = Math.max(1, Math.round(WORK / (2 * size ** 3)));
  let x = g.input("x", [size, size]);
  for (let i = 0; i < products; i++) x = g.matmul(x, b);
  g.output(g.slice(g.slice(x, 0, 0, 1), 1, 0, 1), "corner");
  const session = await openSession(g.build(), hardware);
  const matrix = floats(values, [size, size]);
  const feeds: Feeds = stored ? { x: matrix } : { x: matrix, b: matrix };
  return { flops: products * 2 * size ** 3, run: () => session.run(feeds) };
}

/** Measures again whenever it has a turn; the peak is the best it ever saw. */
export class Peak implements Contender {
  readonly rates: number[] = [];
  readonly #candidates: readonly Candidate[];

  private constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates;
  }

  /** Throws UserError where the device cannot be had. */
  static async open(hardware: Hardware): Promise<Peak> {
    const candidates: Candidate[] = [];
    for (const size of SIZES) {
      for (const stored of [true, false]) candidates.push(await candidate(size, stored, hardware));
    }
    for (const each of candidates) await each.run();
    return new Peak(candidates);
  }

  /** GFLOP/s of the best of all sizes. */
  async run(): Promise<number> {
    const rates: number[] = [];
    for (const { flops, run } of this.#candidates) rates.push(flops / (await secondsOf(run)) / 1e9);
    this.rates.push(best(rates));
    return best(rates);
  }

  get best(): number {
    return best(this.rates);
  }
}
