/** A captured terminal, and a recipe small enough to run in a test. */
import type { Io } from "./io.ts";
import { main } from "./program.ts";

export interface Captured extends Io {
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** `stopAt`: the user stops the work once this has been shown. */
export function captured(o: { tty?: boolean; stopAt?: string } = {}): Captured {
  let [out, err] = ["", ""];
  const stop = new AbortController();
  return {
    write: (text) => {
      out += text;
      if (o.stopAt !== undefined && out.includes(o.stopAt)) stop.abort();
    },
    warn: (text) => void (err += `${text}\n`),
    tty: o.tty ?? false,
    colour: false,
    columns: 100,
    signal: stop.signal,
    stdout: () => out,
    stderr: () => err,
  };
}

/** Runs a command line in this process. */
export async function cli(
  args: readonly string[],
  o: Parameters<typeof captured>[0] = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = captured(o);
  const code = await main(args, io);
  return { code, stdout: io.stdout(), stderr: io.stderr() };
}

const sizes = {
  layers: 1,
  width: 16,
  heads: 2,
  hidden: 32,
  baseSteps: 8,
  rounds: 2,
  tasks: 6,
  samples: 2,
  steps: 2,
  batch: 8,
  heldOut: 6,
  probe: 4,
};

/** expert-iter as one layer, 16 wide, with six tasks a round and two rounds. */
export const tiny: readonly string[] = [
  "expert-iter",
  "--threads",
  "1",
  ...Object.entries(sizes).flatMap(([key, value]) => ["--set", `${key}=${value}`]),
];
