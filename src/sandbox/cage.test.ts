import { describe, expect, it } from "vitest";
import { cage } from "./cage.ts";
import type { Outcome } from "./contract.ts";
import { show } from "./values.ts";

/** A child that speaks the protocol by hand: `answer(key, type, text)` writes a frame, `next()` reads a message. */
const child = (body: string): { file: string; args: string[] } => ({
  file: process.execPath,
  args: [
    "-e",
    `const fs = require("fs");
    const read = (n) => { const b = Buffer.alloc(n); for (let i = 0; i < n; ) { const k = fs.readSync(0, b, i, n - i); if (k === 0) process.exit(); i += k; } return b; };
    const next = () => { const n = read(4).readUInt32BE(); const key = read(16); read(n); return key; };
    const answer = (key, type, text) => {
      const body = Buffer.concat([key, Buffer.from([type]), Buffer.from(text)]);
      const head = Buffer.alloc(4); head.writeUInt32BE(body.length); fs.writeSync(3, Buffer.concat([head, body]));
    };
    const done = (value) => JSON.stringify({ done: { status: "ok", value } });
    ${body}
    for (;;) next();`,
  ],
});
const request = { op: "call", name: "f", args: [], megabytes: 64, output: 10, milliseconds: 1 } as const;
const limits = { milliseconds: 60_000, output: 10 };

async function ask(body: string, times = 1): Promise<Outcome[]> {
  const one = cage(child(body));
  const outcomes: Outcome[] = [];
  for (let i = 0; i < times; i++) outcomes.push(await one.ask(request, limits));
  one.kill();
  await one.ended;
  return outcomes;
}

describe("cage", () => {
  it("takes answers under the key of their own request", async () => {
    const outcomes = await ask(`answer(next(), 0, done("a")); answer(next(), 0, done({ int: "2" }));`, 2);
    expect(outcomes.map(({ value }) => show(value ?? null))).toEqual(['"a"', "2"]);
  });

  it.each([
    ["a key of one's own", `next(); answer(Buffer.alloc(16), 0, done("forged"));`],
    ["an answer before the question", `answer(Buffer.alloc(16), 0, done("forged"));`],
    ["bytes that are no frame", `next(); fs.writeSync(3, "status: ok\\n".repeat(100));`],
    ["a frame without end", `next(); fs.writeSync(3, Buffer.from([255, 255, 255, 255]));`],
    ["no JSON", `answer(next(), 0, "ok");`],
    ["a status of one's own", `answer(next(), 0, '{"done":{"status":"passed"}}');`],
    ["a value that is none", `answer(next(), 0, '{"done":{"status":"ok","value":{"int":"1e9"}}}');`],
    ["a call where nobody answers calls", `answer(next(), 0, '{"call":{"name":"f","args":[]}}');`],
    ["a memory image nobody asked for", `answer(next(), 3, "x");`],
    ["an exit with code 0", `next(); process.exit(0);`],
  ])("ends a child for %s", async (_, body) => {
    const [outcome] = await ask(body);
    expect(outcome).toMatchObject({ status: "killed", stdout: "", stderr: "" });
    expect(outcome.value).toBeUndefined();
  });

  it("does not take an old key, or a second answer to one question, for the next", async () => {
    const [first, second] = await ask(
      `const key = next(); answer(key, 0, done("a")); next(); answer(key, 0, done("b"));`,
      2,
    );
    expect([first.status, second.status]).toEqual(["ok", "killed"]);
  });

  it("counts output itself", async () => {
    const [outcome] = await ask(
      `const key = next(); answer(key, 1, "12345678"); answer(key, 2, "123"); answer(key, 0, done(1));`,
    );
    expect(outcome).toMatchObject({ status: "output", stdout: "12345678", stderr: "123" });
  });

  it("tells why a child did not start, and survives one that does not exist", async () => {
    const broken = cage(child("throw new RangeError('no room')"));
    const boot = { op: "boot", packages: {}, forbidden: "/" } as const;
    expect(await broken.boot(boot, 60_000)).toBeUndefined();
    await broken.ended;
    expect(broken.complaint()).toContain("RangeError: no room");
    const absent = cage({ file: "/nonexistent/node", args: [] });
    expect(await absent.boot(boot, 60_000)).toBeUndefined();
    await absent.ended;
    expect((await absent.ask(request, limits)).status).toBe("killed");
  });
});
