import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Outcome } from "./contract.ts";
import { createSandbox, type SandboxOptions } from "./pool.ts";
import { sandboxSuite } from "./suite.ts";

/** Processes whose parent is this one, by Linux's own account. */
function children(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ");
        return Number(fields[1]) === process.pid && fields[0] !== "Z";
      } catch {
        return false;
      }
    })
    .map(Number);
}

const limits = { megabytes: 96, milliseconds: 30_000 };
for (const language of ["python", "javascript"] as const) {
  sandboxSuite(language, () => createSandbox({ limits, warm: 1, concurrency: 3 }), { megabytes: 96 });
}

describe("pool", () => {
  it.skipIf(process.platform !== "linux")("leaves no process behind", async () => {
    const before = children();
    const sandbox = createSandbox({ warm: 2 });
    const [one, two] = await Promise.all([sandbox.open("javascript"), sandbox.open("javascript")]);
    const running = one.run("while (true);");
    expect((await two.run("1 + 1")).value).toEqual({ float: 2 });
    expect(children().length).toBeGreaterThan(before.length + 1);
    await sandbox.close();
    expect((await running).status).toBe("killed");
    expect((await two.run("1")).status).toBe("killed");
    expect(children()).toEqual(before);
    await expect(sandbox.open("javascript")).rejects.toThrow("the sandbox is closed");
  });

  it("opens no more at once than it may, and hands places on", async () => {
    const sandbox = createSandbox({ warm: 0, concurrency: 1 });
    const first = await sandbox.open("javascript");
    const bridge = { names: ["f"], answer: () => first.run("1") };
    const tester = await sandbox.open("javascript", { bridge });
    expect((await tester.run("f()")).value).toEqual({ float: 1 });
    let opened = false;
    const second = sandbox.open("javascript").then((one) => {
      opened = true;
      return one;
    });
    const stop = new AbortController();
    const third = sandbox.open("javascript", { signal: stop.signal });
    stop.abort(new Error("no longer wanted"));
    await expect(third).rejects.toThrow("no longer wanted");
    await tester.run("1");
    expect(opened).toBe(false);
    await first.close();
    expect((await (await second).run("2")).value).toEqual({ float: 2 });
    await sandbox.close();
  });

  it("starts another after one has died", async () => {
    const sandbox = createSandbox({ warm: 0, concurrency: 1 });
    const first = await sandbox.open("python", { limits: { milliseconds: 20_000 } });
    expect((await first.run("import os; os._exit(0)")).status).toBe("killed");
    const second = await sandbox.open("python");
    expect((await second.run("6 * 7")).value).toEqual({ int: "42" });
    await sandbox.close();
  });

  it("starts Python from scratch and without wrappers as from its image: nothing drawn by chance differs", async () => {
    const program = "import random, uuid\n(random.random(), hash('a'), str(uuid.uuid4()), random.Random().random())";
    const run = async (o: SandboxOptions): Promise<Outcome> => {
      const sandbox = createSandbox({ warm: 0, ...o });
      const outcome = await (await sandbox.open("python")).run(program);
      await sandbox.close();
      return outcome;
    };
    const scratch = await run({ image: false, without: ["shell", "setpriv", "bubblewrap"] });
    expect(scratch.status).toBe("ok");
    expect((await run({})).value).toEqual(scratch.value);
  }, 60_000);

  it("refuses limits that make no sense", () => {
    expect(() => createSandbox({ limits: { megabytes: 1 } })).toThrow("sandbox limits");
    expect(() => createSandbox({ limits: { milliseconds: -1 } })).toThrow("sandbox limits");
  });
});
