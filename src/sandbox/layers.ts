/** The walls between a candidate and this machine. */
import { UserError } from "../core/errors.ts";
import type { Ready } from "./cage.ts";
import type { Wrappers } from "./launch.ts";

export const layerNames = [
  "permission",
  "code-generation",
  "environment",
  "realm",
  "network",
  "memory",
  "process-limits",
  "parent",
  "bubblewrap",
] as const;
export type LayerName = (typeof layerNames)[number];

export interface Layer {
  readonly name: LayerName;
  readonly active: boolean;
  /** Without it nothing is run unless allowed by name. */
  readonly needed: boolean;
  /** What it keeps out, and what was found here. */
  readonly why: string;
  /** What to do where it is not active. */
  readonly remedy: string;
}

/** The layers of a child that reported this from inside. `memory`: whether a heap over its limit was refused, if tried. */
export function layersOf(ready: Ready, w: Wrappers, memory = true): Layer[] {
  const tried = ready.attempted;
  const network = [
    ready.noNetwork ? "Node denies it to the process" : undefined,
    w.bubblewrap === undefined ? undefined : "the process has an empty network namespace",
    ready.bareRealm ? "the interpreter has no socket, fetch or module to reach it with" : undefined,
    tried?.connected === true ? "the process itself could connect to this machine" : undefined,
    tried?.connected === false ? "a connection that the process itself tried failed" : undefined,
  ].filter((by) => by !== undefined);
  const closed = ready.noNetwork || w.bubblewrap !== undefined || ready.bareRealm;
  const node = "run a Node of version 22.18 or later";
  return [
    {
      name: "permission",
      active: ready.permission && tried?.wrote !== true && tried?.spawned !== true && tried?.threaded !== true,
      needed: true,
      why: "Node's permission model: files beyond the interpreter's own, child processes, threads, addons",
      remedy: node,
    },
    {
      name: "code-generation",
      active: ready.noCodeGeneration,
      needed: true,
      why: "no JavaScript from strings: a break-out of the interpreter cannot bring its own code",
      remedy: node,
    },
    {
      name: "environment",
      active: ready.emptyEnvironment,
      needed: true,
      why: "no environment variable (keys, tokens, paths) reaches the child",
      remedy: "do not wrap Node in a script that sets variables",
    },
    {
      name: "realm",
      active: ready.bareRealm,
      needed: true,
      why: "the JavaScript around the interpreter has lost process, modules, timers and sockets",
      remedy: node,
    },
    {
      name: "network",
      active: closed,
      needed: true,
      why: network.join("; "),
      remedy: "install bubblewrap or run Node 26 or later",
    },
    {
      name: "memory",
      active: memory,
      needed: true,
      why: `the interpreter's heap is capped${w.shell === undefined ? "" : ", the process by a resource limit"}`,
      remedy: "reinstall the packages pyodide and quickjs-emscripten-core",
    },
    {
      name: "process-limits",
      active: w.shell !== undefined,
      needed: false,
      why: "resource limits: no file written, no core, few open files, bounded data and processor time",
      remedy: "needs a POSIX shell",
    },
    {
      name: "parent",
      active: w.setpriv !== undefined || w.bubblewrap !== undefined,
      needed: false,
      why: "the kernel kills the child with its parent, even one that is killed itself",
      remedy:
        "install util-linux (setpriv) or bubblewrap; without, a child in an endless loop outlives a killed parent for up to two hours of processor time",
    },
    {
      name: "bubblewrap",
      active: w.bubblewrap !== undefined,
      needed: false,
      why: "own namespaces: no network, no other process, a file system of a few read-only folders",
      remedy: "install bubblewrap, and allow user namespaces",
    },
  ];
}

/** Throws UserError where a needed layer is missing and not allowed to be. */
export function assertSafe(layers: readonly Layer[], allow: readonly LayerName[] = []): void {
  const missing = layers.filter((layer) => layer.needed && !layer.active && !allow.includes(layer.name));
  if (missing.length === 0) return;
  const names = missing.map((layer) => layer.name).join(", ");
  const remedies = [...new Set(missing.map((layer) => layer.remedy))].join("; ");
  throw new UserError(`not safe to run untrusted code here: missing ${names}`, `${remedies}; or allow: ${names}`);
}
