import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { inOrder } from "./pipeline.ts";

/** Pieces that end in any order; what happens is written down. */
function pieces(seed: number, change: { fails?: number; empty?: number; waits?: number } = {}) {
  const source = random(seed);
  const events: string[] = [];
  const flying = new Set<number>();
  let most = 0;
  const launch = (i: number) => {
    if (i === change.waits && flying.size > 0) return "wait" as const;
    flying.add(i);
    most = Math.max(most, flying.size);
    events.push(`launch ${i}`);
    const work = (async () => {
      for (let turns = source.int(6); turns > 0; turns--) await Promise.resolve();
      if (i === change.fails) throw new Error(`piece ${i} failed`);
      return i;
    })();
    const land = (what: string): void => {
      flying.delete(i);
      events.push(`${what} ${i}`);
    };
    return {
      work,
      cancel: () => land("cancel"),
      commit: (result: number) => {
        land("commit");
        return result !== change.empty;
      },
    };
  };
  return { events, flying, launch, most: () => most };
}

describe("inOrder", () => {
  it("commits in launch order, the same whatever the latencies, and never flies more than allowed", async () => {
    for (const inFlight of [1, 2, 5]) {
      const runs: string[][] = [];
      for (let seed = 0; seed < 20; seed++) {
        const { events, launch, most } = pieces(seed);
        expect(await inOrder({ count: 12, inFlight, launch })).toBe(12);
        expect(most()).toBe(Math.min(inFlight, 12));
        for (let i = inFlight; i < 12; i++) {
          expect(events.indexOf(`launch ${i}`)).toBe(events.indexOf(`commit ${i - inFlight}`) + 1);
        }
        runs.push(events);
      }
      expect(new Set(runs.map((events) => events.join())).size).toBe(1);
    }
  });

  it("lets a piece wait for those in flight", async () => {
    const { events, launch } = pieces(1, { waits: 4 });
    expect(await inOrder({ count: 8, inFlight: 3, launch })).toBe(8);
    expect(events.indexOf("launch 4")).toBeGreaterThan(events.indexOf("commit 3"));
  });

  it("launches nothing after a piece without result, and takes in what flies", async () => {
    const { events, launch } = pieces(2, { empty: 3 });
    expect(await inOrder({ count: 20, inFlight: 4, launch })).toBe(6);
    expect(events.at(-1)).toBe("commit 6");
    expect(events).not.toContain("launch 7");
  });

  it("throws what a piece throws once all others have ended and are taken back", async () => {
    const { events, flying, launch } = pieces(3, { fails: 5 });
    await expect(inOrder({ count: 20, inFlight: 4, launch })).rejects.toThrow("piece 5 failed");
    expect(flying.size).toBe(0);
    expect(events.filter((event) => event.startsWith("cancel"))).toEqual([
      "cancel 5",
      "cancel 6",
      "cancel 7",
      "cancel 8",
    ]);
  });
});
