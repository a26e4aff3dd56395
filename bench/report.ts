/** Results as a table for people and as JSON. */
import { table } from "../src/cli/io.ts";
import { best, median, ratioOf, type Ratio } from "./measure.ts";

export interface Measured {
  readonly what: string;
  /** Of `rates`, without the "/s". */
  readonly unit: string;
  /** One a round. */
  readonly rates: readonly number[];
  /** Operations of one unit; absent where fractions of the peak say nothing. */
  readonly flops?: number;
  /** Rates of PyTorch at the same work, in the same rounds. */
  readonly torch?: Readonly<Record<string, readonly number[]>>;
  readonly notes?: readonly string[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly threads: number;
  readonly device: string;
  readonly node: string;
  readonly onnxruntime: string;
  /** Version, or why there is no comparison. */
  readonly torch: string;
  /** Runnable processes, averaged over a minute, when the run began and ended. */
  readonly load: readonly [start: number, end: number];
}

export interface Results {
  readonly machine: Machine;
  /** GFLOP/s. */
  readonly peak: { readonly best: number; readonly samples: readonly number[] };
  readonly rows: readonly Measured[];
}

interface Comparison {
  readonly best: number;
  readonly ratio: Ratio;
}

interface Line {
  readonly what: string;
  readonly unit: string;
  readonly best: number;
  readonly median: number;
  readonly gflops?: number;
  readonly ofPeak?: number;
  readonly torch: Readonly<Record<string, Comparison>>;
  readonly notes: readonly string[];
}

/** The numbers of a row, with the best peak of the whole run as the measure. */
export function lineOf({ what, unit, rates, flops, torch = {}, notes = [] }: Measured, peak: number): Line {
  const gflops = flops === undefined ? undefined : (best(rates) * flops) / 1e9;
  const others = Object.entries(torch).map(
    ([mode, theirs]) => [mode, { best: best(theirs), ratio: ratioOf(rates, theirs) }] as const,
  );
  return {
    what,
    unit,
    best: best(rates),
    median: median(rates),
    gflops,
    ofPeak: gflops === undefined ? undefined : gflops / peak,
    torch: Object.fromEntries<Comparison>(others),
    notes,
  };
}

export function jsonOf(results: Results): string {
  const rows = results.rows.map((row) => ({
    ...lineOf(row, results.peak.best),
    samples: { ours: row.rates, ...row.torch },
  }));
  return JSON.stringify({ ...results, rows });
}

const whole = (n: number | undefined): string => (n === undefined ? "–" : Math.round(n).toLocaleString("en-US"));
const times = ({ ofBests, paired }: Ratio): string => `${ofBests.toFixed(2)} (${paired.toFixed(2)})`;

export function tableOf({ machine, peak, rows }: Results): string {
  const lines = rows.map((row) => lineOf(row, peak.best));
  const modes = [...new Set(lines.flatMap(({ torch }) => Object.keys(torch)))];
  const head = [
    "",
    "best",
    "median",
    "",
    "GFLOP/s",
    "of peak",
    ...modes.flatMap((mode) => [`torch ${mode}`, "ours / torch"]),
  ];
  const cells = lines.map(({ what, unit, torch, ...line }) => [
    what,
    whole(line.best),
    whole(line.median),
    `${unit}/s`,
    whole(line.gflops),
    line.ofPeak === undefined ? "–" : `${(100 * line.ofPeak).toFixed(0)} %`,
    ...modes.flatMap((mode) => (torch[mode] ? [whole(torch[mode].best), times(torch[mode].ratio)] : ["–", "–"])),
  ]);
  const peakLine = [
    "matrix product (peak)",
    whole(peak.best),
    whole(median(peak.samples)),
    "GFLOP/s",
    whole(peak.best),
    "100 %",
    ...modes.flatMap(() => ["–", "–"]),
  ];
  const right = head.map((_, column) => column).filter((column) => column !== 0 && column !== 3);
  const { cpu, cores, threads, device, node, onnxruntime, torch, load } = machine;
  return [
    `${cpu}, ${cores} cores; ${threads} threads, ${device}; Node ${node}, ONNX Runtime ${onnxruntime}, PyTorch ${torch}; load ${load.join(" → ")}`,
    "",
    table([head, peakLine, ...cells], { right }),
    "",
    "ours / torch: best of each (median of the ratios within a round). FLOPs and shapes: bench/README.md",
    ...lines.flatMap(({ what, notes }) => notes.map((note) => `${what}: ${note}`)),
  ].join("\n");
}
