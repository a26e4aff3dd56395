import { describe, expect, it } from "vitest";
import { random } from "../../../core/random.ts";
import { Branching } from "../branching.ts";
import { GrowingTree } from "../tree.ts";
import ducb from "./ducb.ts";

const twoChildren = (): GrowingTree => {
  const tree = new GrowingTree();
  for (const action of ["a", "b"]) tree.expand(0, [{ action, logprob: 0, calls: [], terminal: false }], true);
  return tree;
};

describe("ducb", () => {
  it("scores W/N + √(2·ln ΣN/N) with discounted W and N, the node's own arm among them", () => {
    const { nodes } = twoChildren();
    const arms = ducb.create({ gamma: 0.5 })();
    const choice = (): number | "here" => {
      const chosen = arms.choose(nodes[0], [nodes[1], nodes[2]], true);
      return chosen === "here" ? "here" : chosen.id;
    };
    expect(choice()).toBe("here");
    arms.learn([0], undefined, 0, 0);
    arms.learn([0, 1], undefined, 1, 0);
    arms.learn([0, 1], undefined, 1, 0);
    arms.learn([0, 2], undefined, 0, 0);
    // N: here 1, a 0.5 + 1, b 1; W: 0, 0.5 + 1, 0.
    const log = Math.log(3.5);
    const scores = [Math.sqrt(2 * log), 1 + Math.sqrt((2 * log) / 1.5), Math.sqrt(2 * log)];
    expect(scores[1]).toBeGreaterThan(scores[0]);
    expect(choice()).toBe(1);
    // Without the bonus of a it would be the others' turn: two running jobs make it 3.5 visits with the same W.
    arms.launched?.([0, 1]);
    arms.launched?.([0, 1]);
    const now = Math.log(5.5);
    expect(1.5 / 3.5 + Math.sqrt((2 * now) / 3.5)).toBeLessThan(Math.sqrt(2 * now));
    expect(choice()).toBe("here");
    arms.landed?.([0, 1]);
    arms.landed?.([0, 1]);
    expect(choice()).toBe(1);
  });

  it("never chooses what is not allowed", () => {
    const { nodes } = twoChildren();
    const arms = ducb.create({ gamma: 0.99 })();
    expect(arms.choose(nodes[0], [nodes[2]], false)).toBe(nodes[2]);
    expect(arms.choose(nodes[0], [], true)).toBe("here");
  });

  it("with intrinsic rewards finds every state of a small space", async () => {
    for (let seed = 0; seed < 10; seed++) {
      const source = random(seed);
      const search = new Branching<string>({
        space: { root: "", isTerminal: (state) => state.length === 4 },
        arms: ducb.create({ gamma: 0.99 })(),
        generate: (_, state) => {
          const action = String(source.int(2));
          return Promise.resolve({ child: { state: state + action, action, logprob: 0, calls: [] }, value: 0 });
        },
        merge: false,
        patience: 12,
        intrinsic: true,
      });
      await search.run({ attempts: 400 });
      expect(search.states.length).toBeGreaterThanOrEqual(30);
    }
  });
});
