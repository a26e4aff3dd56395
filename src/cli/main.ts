/** The process around the command line: terminal, signals, exit code. */
import { main } from "./program.ts";

const { stdout, stderr, env } = process;
const tty = stdout.isTTY;
const abort = new AbortController();

// A reader that has seen enough (`| head`) is no error.
stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const codes = { SIGINT: 130, SIGTERM: 143 } as const;
for (const [signal, code] of Object.entries(codes)) {
  process.on(signal, () => {
    // The second one does not wait; finished rounds are safe.
    if (abort.signal.aborted) process.exit(code);
    stderr.write("\nstopping after the work in flight (again to stop at once)\n");
    abort.abort();
  });
}

process.exitCode = await main(process.argv.slice(2), {
  write: (text) => void stdout.write(text),
  warn: (text) => void stderr.write(`${text}\n`),
  tty,
  colour: tty && !env.NO_COLOR && env.TERM !== "dumb",
  columns: tty ? stdout.columns : 100,
  signal: abort.signal,
});
