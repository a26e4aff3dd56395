import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { captured } from "./testing.ts";
import { JsonView, LiveView, PlainView } from "./view.ts";

const start = {
  event: "start",
  recipe: "r",
  family: "f",
  run: "runs/r-1",
  seed: "1",
  device: "cpu",
  parameters: 812_345,
  phases: [
    { name: "base", rounds: 1 },
    { name: "loop", rounds: 3 },
  ],
};
const round = {
  event: "round",
  phase: "loop",
  round: 1,
  of: 3,
  elapsed: 62,
  seconds: { total: 12, train: 8 },
  metrics: { accuracy: { greedy: 0.25, tasks: 4 }, reward: 0.125, tasksSolved: 0.5, data: 77, loss: 0.5 },
};

describe("views of a run", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] }));
  afterEach(() => void vi.useRealTimers());

  it("plain: a line a round, and the run's name", () => {
    const io = captured();
    const view = new PlainView(io);
    for (const event of [start, { event: "progress", stage: "train", done: 1, of: 2 }, round]) view.on(event);
    view.close();
    expect(io.stdout()).toBe(
      "r on f · 812 k parameters · cpu · seed 1 · runs/r-1\nloop 1/3  greedy 25.0 %  reward 0.125  solved 50.0 %  data 77  loss 0.5000  12.0 s  elapsed 1:02 min\n",
    );
  });

  it("live: rows stay, the status line is replaced and gone at the end", () => {
    const io = captured({ tty: true });
    const view = new LiveView(io, 600);
    for (const event of [
      start,
      round,
      { event: "stage", stage: "train", phase: "loop", round: 2 },
      { event: "progress", stage: "train", done: 45, of: 90, loss: 0.4 },
    ])
      view.on(event);
    vi.advanceTimersByTime(500);
    view.close();
    const shown = io
      .stdout()
      .split("\n")
      .map((text) => text.slice(text.lastIndexOf("\r") + 1).replace("\x1b[2K", ""));
    expect(shown.at(-1)).toBe("");
    expect(shown.find((text) => text.startsWith("loop 1/3"))).toMatch(
      /25\.0 % ███ +50\.0 % +0\.125 +77 +0\.5000 +12\.0 s$/,
    );
    // One round of 12 s is done, the second has just begun, a third follows: 24 s.
    expect(io.stdout()).toMatch(/loop 2\/3 train {2}▕█{8} {8}▏ 45\/90 .*loss 0\.400 .*round ≈ 12 s .*≈ 24 s left/);
  });

  it("json: progress is thinned, but never its end", () => {
    const io = captured();
    const view = new JsonView(io);
    for (let done = 1; done <= 50; done++) view.on({ event: "progress", stage: "train", done, of: 50 });
    view.close();
    const events = io.stdout().trimEnd().split("\n");
    expect(events.length).toBeLessThan(10);
    expect(JSON.parse(events[events.length - 1])).toStrictEqual({
      event: "progress",
      stage: "train",
      done: 50,
      of: 50,
    });
  });
});
