import { afterAll, describe, expect, it } from "vitest";
import { createSandbox } from "./pool.ts";
import { calculator, pythonTool } from "./tools.ts";

const never = new AbortController().signal;
const ask = (text: string): Promise<string> => calculator.run(text, never);

describe("calculator", () => {
  it.each([
    ["1 + 2 * 3", "7"],
    ["(1 + 2) * 3", "9"],
    ["2 - 3 - 4", "-5"],
    ["2 ^ 3 ^ 2", "512"],
    ["-2 ^ 2", "-4"],
    ["2 ** -2", "0.25"],
    ["0.1 + 0.2", "0.3"],
    ["1/3", "1/3 ≈ 0.333333333333333"],
    ["2/3 - 1/6", "0.5"],
    ["-7 // 2", "-4"],
    ["-7 % 3", "2"],
    ["7.5 % 2", "1.5"],
    ["5!", "120"],
    ["3!!", "720"],
    ["1,234,567 * 2", "2469134"],
    ["max(1,234,5)", "1234"],
    ["max(1, 234, 5)", "234"],
    [
      "123456789012345678901234567890 * 987654321098765432109876543210",
      "121932631137021795226185032733622923332237463801111263526900",
    ],
    ["sqrt(16/9)", "4/3 ≈ 1.333333333333333"],
    ["sqrt 2", "≈ 1.414213562373095"],
    ["4^0.5", "2"],
    ["√49 × 2", "14"],
    ["min(3, 1/2, 7)", "0.5"],
    ["gcd(84, 36, 30)", "6"],
    ["lcm(4, 6)", "12"],
    ["round(2.5) + floor(-1.5) + ceil(1.2)", "3"],
    ["1.5e3 + 2E-1", "1500.2"],
    ["0 ^ 0", "1"],
    ["1 ^ 100000000000", "1"],
    ["(-1) ^ 100000000001", "-1"],
    ["10^-40 * 10^40", "1"],
  ])("%s = %s", async (text, value) => expect(await ask(text)).toBe(value));

  it.each([
    ["1 / 0", /division by zero/],
    ["0 ^ -1", /division by zero/],
    ["9^9^9^9", /too large/],
    ["1e999999999", /too large/],
    ["99999!", /factorials/],
    ["(1 + 2", /"\)" is missing/],
    ["1 +", /ends too early/],
    ["", /ends too early/],
    ["1 2", /"2" is not expected/],
    ["process.exit(1)", /not understood/],
    ["constructor(1)", /not understood/],
    ["sqrt(-1)", /no real root/],
    ["2 ^ (1/3)", /whole exponents/],
    ["1; 2", /not understood/],
    ["(".repeat(500), /too many brackets/],
    ["-".repeat(500) + "1", /too many brackets/],
    ["1+".repeat(5000) + "1", /characters/],
  ])("%s is an observation, not an exception", async (text, message) => {
    const begin = performance.now();
    expect(await ask(text)).toMatch(new RegExp(`^error: .*${message.source}`));
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});

describe("python", () => {
  const sandbox = createSandbox({ warm: 1 });
  afterAll(() => sandbox.close());
  const tool = pythonTool(sandbox, { limits: { milliseconds: 1000, output: 50_000 }, characters: 300 });
  const run = (code: string, signal = never): Promise<string> => tool.run(code, signal);

  it("observes what is printed and the last value", async () => {
    expect(await run("print('a'); print('b')\n2**100")).toBe("a\nb\n1267650600228229401496703205376");
    expect(await run("```python\nx = 1\n```")).toBe("(no output)");
  });

  it("observes the last line of an error after what was printed", async () => {
    expect(await run("print('a')\n1/0")).toBe("a\nerror: ZeroDivisionError: division by zero");
    expect(await run("x =")).toMatch(/^error: SyntaxError/u);
  });

  it("observes limits, and keeps nothing from one call to the next", async () => {
    expect(await run("x = 1\nwhile True: pass")).toBe("error: the program took too long");
    expect(await run("x")).toBe("error: NameError: name 'x' is not defined");
  });

  it("cuts a long observation", async () => {
    const text = await run("print('x' * 5000 + 'end')");
    expect(text.length).toBeLessThanOrEqual(300);
    expect(text).toMatch(/^x+\n…\nx+end$/u);
  });

  it("observes that it was stopped", async () => {
    expect(await run("1", AbortSignal.abort(new Error("stopped")))).toBe("error: stopped");
  });
});
