import { isAbsolute, normalize, sep } from "node:path";
import { UserError } from "../core/errors.ts";
import type { Cage } from "./cage.ts";
import type { Bridge, Interpreter, Language, Limits, Outcome } from "./contract.ts";
import { limitsOf } from "./limits.ts";

const dead: Outcome = { status: "killed", stdout: "", stderr: "", milliseconds: 0 };
const name = /^[\p{ID_Start}_$][\p{ID_Continue}$]*(\.[\p{ID_Start}_$][\p{ID_Continue}$]*)*$/u;

/** An Interpreter over a child that is ready. */
export async function interpreter(
  language: Language,
  cage: Cage,
  limits: Limits,
  bridge?: { readonly names: readonly string[]; readonly answer: Bridge },
): Promise<Interpreter> {
  const answer = bridge === undefined ? undefined : answering(bridge.names, bridge.answer);
  // Requests of one interpreter follow one another.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<Outcome>): Promise<Outcome> => {
    const next = last.then(work);
    last = next;
    return next;
  };
  if (bridge !== undefined) {
    for (const each of bridge.names) if (!name.test(each) || each.includes(".")) throw notAName(each);
    const o = { milliseconds: limits.milliseconds, output: 0 };
    await cage.ask({ op: "connect", names: bridge.names }, o);
  }
  return {
    language,
    run: async (code, o = {}) => {
      const own = limitsOf(limits, o.limits);
      for (const path of Object.keys(o.files ?? {})) assertRelative(path);
      const request = {
        op: "run",
        ...own,
        code,
        stdin: o.stdin ?? "",
        files: o.files ?? {},
        keepFiles: o.keepFiles === true,
      } as const;
      return inTurn(() => (cage.alive ? cage.ask(request, { ...own, answer }) : Promise.resolve(dead)));
    },
    call: async (called, args, o = {}) => {
      if (!name.test(called)) throw notAName(called);
      const own = limitsOf(limits, o.limits);
      const request = { op: "call", ...own, name: called, args } as const;
      return inTurn(() => (cage.alive ? cage.ask(request, { ...own, answer }) : Promise.resolve(dead)));
    },
    close: async () => {
      cage.kill();
      await cage.ended;
    },
  };
}

function answering(names: readonly string[], bridge: Bridge): Bridge {
  return async (called, args) => {
    if (!names.includes(called)) throw new Error(`no such function outside: ${called}`);
    const { status, value, error } = await bridge(called, args);
    return { ...dead, status, value, error };
  };
}

function assertRelative(path: string): void {
  const plain = normalize(path);
  if (path === "" || isAbsolute(plain) || plain.split(sep).includes("..")) {
    throw new UserError(
      `file ${JSON.stringify(path)} is outside of the working directory`,
      "use relative paths without ..",
    );
  }
}

function notAName(given: string): UserError {
  return new UserError(
    `${JSON.stringify(given)} is not the name of a function`,
    "use an identifier, or several joined by dots",
  );
}
