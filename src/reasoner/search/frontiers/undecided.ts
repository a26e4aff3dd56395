import type { Guide } from "../../../core/contracts.ts";

/** For searches that go by something else than values. */
export const undecided: Guide = (nodes) =>
  Promise.resolve(
    nodes.map(({ node }) => ({ of: String(node.id), by: "undecided", level: "step", score: null, calls: [] })),
  );
