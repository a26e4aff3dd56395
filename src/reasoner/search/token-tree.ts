import { z } from "zod";
import type { Context } from "../../core/context.ts";
import type { Question } from "../../core/task.ts";
import { nativeMessages } from "../solve.ts";
import type { Branch, PolicyTree } from "./levin-search.ts";
import { reader, type Prefix } from "./prefix.ts";
import { GrowingTree } from "./tree.ts";

export const tokenTreeOptions = z.object({
  /** Leave out replies whose last whole step the family's rules call invalid. */
  prune: z.boolean().default(true),
  /** Follow only the likeliest of the replies whose states the family's rules call equal. */
  merge: z.boolean().default(true),
  /** After this word only the most probable token is followed: what is no choice is not searched over. "" = off. */
  greedyAfter: z.string().default("="),
  /** Where a step is whole: at its delimiter, or already at the token after `greedyAfter` (results of one word). */
  stepEnd: z.enum(["delimiter", "result"]).default("delimiter"),
  /** Tokens below this log-probability are left out. */
  minLogprob: z.number().max(0).default(-7),
});
export type TokenTreeOptions = z.output<typeof tokenTreeOptions>;

/** A prefix of a reply; its last token is not yet read. */
interface TokenNode {
  readonly token: number;
  readonly parent: TokenNode | undefined;
  readonly logprob: number;
  /** Whole steps before this token's. */
  readonly steps: readonly string[];
  /** Tokens of the unfinished step, this one included. */
  readonly open: number;
  readonly length: number;
  readonly key: string | undefined;
  /** The reply, where this token completes an accepted one. */
  readonly accepted?: string;
  prefix?: Prefix;
  id?: number;
}

export interface TokenTree extends PolicyTree<TokenNode> {
  /** The accepted reply, and the first complete one that was not. */
  readonly accepted: string | undefined;
  readonly rejected: string | undefined;
  /** What was read, and the complete replies. */
  readonly grown: GrowingTree;
  /** Names the solution of the accepted reply. */
  accept(solution: string): void;
}

/** In place of the distributions that are already branched on. */
const noLogprobs = new Float32Array(0);

/** The tree of a question's replies, a token a level, with the model's own next-token probabilities as policy. */
export function tokenTree(question: Question, c: Context, o: TokenTreeOptions): TokenTree {
  const { tokenizer, read } = reader(c, "a search over tokens");
  const family = c.family(question.family);
  const idOf = (word: string): number | undefined => (word === "" ? undefined : tokenizer.id(word));
  const [end, delimiter, greedy] = [idOf(family.end), idOf(family.delimiter), idOf(o.greedyAfter)];
  const maxTokens = family.maxTokens(question, "short");
  const grown = new GrowingTree();
  let accepted: string | undefined;
  let acceptedId = 0;
  let rejected: string | undefined;

  const root: TokenNode = { token: -1, parent: undefined, logprob: 0, steps: [], open: 0, length: 0, key: undefined };
  const tail = (node: TokenNode, count: number): string => {
    const ids: number[] = [];
    let at: TokenNode | undefined = node;
    for (let i = 0; i < count && at; i++, at = at.parent) ids.push(at.token);
    return tokenizer.decode(ids.reverse());
  };

  function place(node: TokenNode, action: string, terminal: boolean): number {
    const { logprob, key } = node;
    const [id] = grown.expand(node.parent?.id ?? 0, [{ action, logprob, calls: [], key, terminal }], true);
    return id ?? 0;
  }

  /** A complete reply: the accepted node, or nothing. */
  function complete(node: TokenNode, text: string, action: string): TokenNode | undefined {
    const ok = family.check ? family.check(question, text) : family.parse(question, text, "short").wellFormed;
    const id = place(node, action, true);
    grown.setValue(id, Number(ok));
    grown.backup(id, Number(ok));
    if (!ok) {
      rejected ??= text;
      return undefined;
    }
    accepted ??= text;
    acceptedId = id;
    return { ...node, accepted: text };
  }

  /** The child of a node by a token, undefined if it is left out or a complete reply that is not accepted. */
  function child(parent: TokenNode, token: number, logprob: number): TokenNode | undefined {
    const { steps } = parent;
    const node: TokenNode = {
      token,
      parent,
      logprob,
      steps,
      open: parent.open + 1,
      length: parent.length + 1,
      key: undefined,
    };
    if (token === end) return complete(node, [...steps, tail(node, node.open)].join(" "), family.end);
    if (node.length >= maxTokens) return undefined;
    const closed = token === delimiter || delimiter === undefined;
    if (closed) {
      const whole = [...steps, tail(node, node.open)];
      const state = family.state?.(question, whole);
      if (o.prune && family.state && state === undefined) return undefined;
      // The key is already that of the result, where steps end there.
      const key = o.merge && o.stepEnd === "delimiter" ? state : undefined;
      return { ...node, steps: whole, open: 0, key };
    }
    const result = o.stepEnd === "result" && greedy !== undefined && parent.token === greedy;
    if (!result || !family.state) return node;
    const step = tail(node, node.open);
    const state = family.state(question, [...steps, step]);
    if (state === undefined) return o.prune ? undefined : node;
    // No further step is valid here, so that the reply can only end.
    const last = family.state(question, [...steps, `${step} ${family.delimiter}`]) === undefined;
    if (o.prune && last)
      return complete(node, [...steps, step, family.end].join(" "), `${tail(node, 1)} ${family.end}`);
    return o.merge ? { ...node, key: state } : node;
  }

  function branches(node: TokenNode, { logprobs }: Prefix): Branch<TokenNode>[] {
    const out: Branch<TokenNode>[] = [];
    const add = (token: number, logprob: number): void => {
      const state = child(node, token, logprob);
      if (state) out.push({ state, logprob });
    };
    if (greedy !== undefined && node.token === greedy) {
      const top = logprobs.reduce((best, value, token) => (value > logprobs[best] ? token : best), 0);
      add(top, logprobs[top]);
      return out;
    }
    for (let token = 0; token < logprobs.length; token++) {
      if (logprobs[token] >= o.minLogprob) add(token, logprobs[token]);
    }
    return out;
  }

  return {
    root,
    grown,
    get accepted() {
      return accepted;
    },
    get rejected() {
      return rejected;
    },
    accept: (solution) => grown.setSolution(acceptedId, solution),
    isGoal: (node) => node.accepted !== undefined,
    key: (node) => node.key,
    expand: async (nodes) => {
      const prompt = nodes.includes(root) ? tokenizer.encode(nativeMessages(family, question, "short")[0].content) : [];
      const rows = nodes.map((node) => ({
        after: node.parent?.prefix ?? null,
        ids: node === root ? prompt : [node.token],
      }));
      const prefixes = await read(rows);
      return nodes.map((node, i) => {
        node.prefix = { ...prefixes[i], logprobs: noLogprobs };
        node.id = node.parent === undefined ? 0 : place(node, tail(node, 1), false);
        grown.backup(node.id, 0);
        return branches(node, prefixes[i]);
      });
    },
  };
}
