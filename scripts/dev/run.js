// `node scripts/dev/run.js COMMAND …`: runs a command with the clone's Node first in PATH. npm 11 links that Node into
// node_modules/.bin, where scripts find it; npm 10 removes the link again, together with the other platforms' packages.
import { delimiter, dirname } from "node:path";
import { become, failWithoutNode, nodeOfClone, ownNode } from "../../bin/node.js";

const node = nodeOfClone() ?? ownNode() ?? failWithoutNode();
const path = Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
const env = { ...process.env, [path]: `${dirname(node)}${delimiter}${process.env[path]}` };
const [command, ...args] = process.argv.slice(2);
become(command, args, { stdio: "inherit", env, shell: process.platform === "win32" });
