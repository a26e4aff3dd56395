import type { Context } from "./context.ts";
import type { Datum } from "./datum.ts";
import type { Drop, Group, Memory } from "./group.ts";
import type { Judgement } from "./judgement.ts";
import type { Output, Outputs } from "./model.ts";
import type { Random } from "./random.ts";
import type { Episode, Solution } from "./solution.ts";
import type { Question, Task } from "./task.ts";
import type { Tree, TreeNode } from "./tree.ts";

/** Solves a question. Solutions come best first; what fails is a solution with an error, not an exception. */
export type Reasoner = (question: Question, c: Context) => Promise<Reasoned>;
export interface Reasoned {
  readonly solutions: readonly Solution[];
  readonly trees: readonly Tree[];
  readonly episodes: readonly Episode[];
}

/** A state inside a search, as a Guide sees it. */
export interface GuideNode {
  readonly node: TreeNode;
  readonly question: Question;
  readonly steps: readonly string[];
  readonly terminal: boolean;
}
/** Values of nodes in [0, 1], one judgement a node, in order. */
export type Guide = (nodes: readonly GuideNode[], c: Context) => Promise<Judgement[]>;

/** Judges a whole group: verifiers, votes, pairwise ranks, judges. Exactly one judgement a solution, in order. */
export type Evaluator = (group: Group, c: Context) => Promise<Judgement[]>;

/** Filters, corrects, relabels, summarises. What is gone is in `dropped`. */
export type PostProcessor = (groups: readonly Group[], c: Context) => Promise<Processed>;
export interface Processed {
  readonly groups: readonly Group[];
  readonly dropped: readonly Drop[];
  readonly memory: readonly Memory[];
}

/** Turns groups into training data. */
export type Builder = (groups: readonly Group[], c: Context) => Datum[];

/** Makes a training example when one is drawn; undefined if this draw gave none. */
export type Generator = (random: Random, c: Context) => Datum | undefined;

/** What a Task Creator may know of the run so far. */
export interface Stats {
  readonly round: number;
  /** Success rate per difficulty in the last round. */
  readonly solved: ReadonlyMap<number, number>;
  /** Tasks still to make. */
  readonly count: number;
}
export interface TaskCreator {
  next(stats: Stats, c: Context): AsyncIterable<Task>;
}

/** A row of a datum with what the models said of it; every array is aligned with row.ids. */
export interface ScoredRow {
  readonly logprob: Float32Array;
  /** log π_ref. */
  readonly ref?: Float32Array;
  readonly outputs: Readonly<Record<string, Float32Array>>;
}
export interface Scored {
  readonly datum: Datum;
  readonly rows: readonly ScoredRow[];
}
/** The loss of a minibatch and its gradient by output; arrays in the order of the rows of the data. */
export interface Lesson {
  readonly loss: number;
  readonly gradients: Outputs;
  readonly metrics: Readonly<Record<string, number>>;
}
/** Pure: no model, no randomness. */
export type Loss = (batch: readonly Scored[]) => Lesson;

/**
 * Credits tokens: sets `advantages` of the rollouts of one or many groups. Scored by the policy that sampled them:
 * `logprob` is log π_old, `ref` is there under an objective with a reference. Pure.
 */
export type Advantage = (rollouts: readonly Scored[]) => Datum[];

/** A training objective: what it reads, how it credits, what it minimises. */
export interface Objective {
  readonly kinds: readonly Datum["kind"][];
  /** Outputs needed beside log-probs. */
  readonly needs: readonly Output[];
  /** Needs log-probs of a frozen reference. */
  readonly reference: boolean;
  /** The gradient does not depend on the current log-probs, so that no forward pass is needed before backward. */
  readonly constant: boolean;
  readonly advantage?: Advantage;
  readonly loss: Loss;
}
