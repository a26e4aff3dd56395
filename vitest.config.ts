import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  throw new Error(`vitest runs on Node ${process.version} here; start it with: npm run vitest -- run PATH`);
}

export default defineConfig({
  test: {
    include: ["{src,scripts,bench}/**/*.test.ts"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
    testTimeout: 30_000,
    // Many tests wait for a process they started: by default one core is left out, half of a small machine.
    maxWorkers: Math.max(2, availableParallelism()),
  },
});
