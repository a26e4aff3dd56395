#!/usr/bin/env node
// Runs the command line on a Node that is new enough for it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { become, fail, failWithoutNode, nodeOfClone, ownNode, root } from "./node.js";

// A clone has src/ and runs it; the published package has only dist/.
const entry = [join(root, "src/cli/main.ts"), join(root, "dist/cli/main.js")].find((path) => existsSync(path));
if (!entry)
  fail(`neither src/cli/main.ts nor dist/cli/main.js in ${root}: the installation is incomplete, install again`);
const node = ownNode() ?? nodeOfClone() ?? failWithoutNode();
const guard = new URL("./guard.js", import.meta.url).href;
const args = ["--disable-warning=ExperimentalWarning", "--import", guard, entry, ...process.argv.slice(2)];
become(node, args, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
