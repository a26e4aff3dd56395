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

if (parentPort) {
  const port = parentPort;
  const server = await startMockServer({
    reply: (_, seed) => `First I look, then I think. The answer is ${seed % 3}.`,
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
