import { UserError } from "./errors.ts";

/**
 * Named places at which a test makes the process fail: AUTODIDACT_FAIL=`name[#k]:kill|enospc` acts at the k-th time
 * (default the first) that the named place is reached. `kill` is SIGKILL to the own process, `enospc` the error of a
 * full disk.
 */
const plan = process.env.AUTODIDACT_FAIL;
let hits = 0;

function fail(name: string): void {
  const match = /^([\w-]+)(?:#([1-9]\d*))?:(kill|enospc)$/.exec(plan ?? "");
  if (match === null) {
    throw new UserError(
      `AUTODIDACT_FAIL is "${plan}"`,
      "write name:kill, name:enospc, or name#3:kill for the third hit",
    );
  }
  const [, wanted, count, action] = match;
  if (name !== wanted || ++hits !== Number(count ?? 1)) return;
  if (action === "kill") process.kill(process.pid, "SIGKILL");
  throw Object.assign(new Error(`ENOSPC: no space left on device, at ${name}`), { code: "ENOSPC", syscall: "write" });
}

/** A place where a test may let the process fail. Does nothing unless AUTODIDACT_FAIL is set when the program starts. */
export const failpoint: (name: string) => void = plan === undefined || plan === "" ? () => {} : fail;
