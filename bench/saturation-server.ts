/** The mock server of the saturation bench, in a thread of its own: what it costs does not slow what is measured. */
import { parentPort } from "node:worker_threads";
import { startMockServer } from "../src/engine/testing/mock-server.ts";

/** Milliseconds. */
const latency = 100;
const jitter = 20;

export interface Served {
  readonly latencies: readonly number[];
  readonly greatestInFlight: number;
}

/** The steps that are missing of four, then an answer. */
function stepwise(prompt: string, seed: number): string {
  const written = prompt.match(/Step \d/gu)?.length ?? 0;
  const steps = Array.from(
    { length: Math.max(0, 4 - written) },
    (_, i) => `Step ${written + i + 1}: ${seed % 97}.\n\n`,
  );
  return `${steps.join("")}So it is \\boxed{${seed % 3}}.`;
}

if (parentPort) {
  const port = parentPort;
  const server = await startMockServer({
    reply: (prompt, seed) =>
      prompt.includes("blank line between steps")
        ? stepwise(prompt, seed)
        : `First I look, then I think. The answer is ${seed % 3}.`,
    latency,
    jitter,
    n: "one",
  });
  port.on("message", (what) => {
    if (what === "take") {
      const { latencies, greatestInFlight } = server;
      port.postMessage({ latencies: [...latencies], greatestInFlight } satisfies Served);
      server.reset();
    }
    if (what === "close") void server.close().then(() => port.close());
  });
  port.postMessage(server.url);
}
