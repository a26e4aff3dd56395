import { describe, expect, it } from "vitest";
import { Budget } from "../../core/budget.ts";
import { addCost, noCost } from "../../core/call.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import open from "../../task-creator/families/open.ts";
import { Reciter } from "./testing.ts";
import worldSim from "./world-sim.ts";

const family = open.create(open.options.parse({}));
const question = family.question("A caller wants a refund. Keep them as a customer.");

function talk(drafts: readonly string[], budget?: Budget) {
  const policy = new Reciter(() => drafts);
  const simulator = new Reciter((asked) => {
    if (asked.includes("Does this reach")) return [/You: Sorry/u.test(asked) ? "Yes" : "No"];
    return ["Hm."];
  });
  const c = makeContext({
    models: { reasoner: policy, evaluator: simulator },
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed: "1",
    budget,
    tools: { user: { name: "user", about: "the real one", run: () => Promise.reject(new Error("called")) } },
  });
  return { c, policy, simulator };
}

describe("world-sim", () => {
  it("asks the world once a new (s, a), never the real user, and takes the turn that fares best", async () => {
    const { c, simulator } = talk(["No.", "No way.", "Sorry, here is a voucher.", "Never."]);
    const options = worldSim.options.parse({ drafts: 12, iterations: 12, depth: 2 });
    const { solutions, trees } = await worldSim.create(options)(question, c);
    expect(solutions[0].text).toBe("Sorry, here is a voucher.");
    const asked = simulator.heard.filter((one) => one.asked.includes("other side")).map((one) => one.asked);
    expect(asked.length).toBeGreaterThan(4);
    expect(new Set(asked).size).toBe(asked.length);
    expect(trees[0].nodes.reduce((sum, { cost }) => addCost(sum, cost ?? noCost), noCost)).toEqual(c.budget.spent);
  });

  it("does not plan where the policy is sure", async () => {
    const { c, simulator } = talk(["Sorry."]);
    const { solutions } = await worldSim.create(worldSim.options.parse({}))(question, c);
    expect(solutions.map(({ text }) => text)).toEqual(["Sorry."]);
    expect(simulator.heard).toEqual([]);
  });

  it("gives its best so far when the budget ends, and says so where there is nothing", async () => {
    const some = talk(["No.", "Sorry."], new Budget({ calls: 8 }));
    const { solutions } = await worldSim.create(worldSim.options.parse({}))(question, some.c);
    expect(solutions[0].error).toBeUndefined();
    const none = talk(["No."], new Budget({ calls: 0 }));
    const { solutions: nothing } = await worldSim.create(worldSim.options.parse({}))(question, none.c);
    expect(nothing[0].error?.where).toBe("budget");
  });
});
