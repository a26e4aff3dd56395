import { z } from "zod";
import { equationsOf, wordGrams } from "../../answers/similarity.ts";
import { vote } from "../../answers/vote.ts";
import { defineMethod } from "../../core/method.ts";

/** Samples of one question. */
export interface Texts {
  readonly texts: readonly string[];
  readonly answers?: readonly (string | undefined)[];
  /** log-probs of the sampled tokens of each text. */
  readonly logprobs?: readonly ArrayLike<number>[];
}

const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== "");
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;

/** Distinct n-grams as a share of all n-grams of the texts. */
export function distinctN(texts: readonly string[], n: number): number {
  const runs = texts.map((text) => wordsOf(text)).filter((words) => words.length >= n);
  const all = runs.reduce((sum, words) => sum + words.length - n + 1, 0);
  return all === 0 ? 0 : new Set(runs.flatMap((words) => [...wordGrams(words, n)])).size / all;
}

/** Entropy in nats of a partition with these sizes. */
export function clusterEntropy(sizes: readonly number[]): number {
  const total = sizes.reduce((a, b) => a + b, 0);
  return sizes.reduce((h, size) => (size > 0 ? h - (size / total) * Math.log(size / total) : h), 0);
}

/** F-measure of the longest common subsequence of words (Lin 2004); 1 for two empty texts. */
export function rougeL(a: string, b: string): number {
  const [x, y] = [wordsOf(a), wordsOf(b)];
  if (x.length + y.length === 0) return 1;
  let row = y.map(() => 0);
  for (const word of x) {
    const last = row;
    row = [];
    y.forEach((other, j) => row.push(word === other ? (last[j - 1] ?? 0) + 1 : Math.max(last[j], row[j - 1] ?? 0)));
  }
  return (2 * (row.at(-1) ?? 0)) / (x.length + y.length);
}

function pairwiseDistance(texts: readonly string[]): number {
  return mean(texts.flatMap((text, i) => texts.slice(0, i).map((other) => 1 - rougeL(text, other))));
}

const options = z.object({ n: z.int().positive().default(2).describe("length of the n-grams of distinct-n") });

/** How different the samples of each question are, averaged over questions. */
function diversity({ n }: z.output<typeof options>) {
  return (questions: readonly Texts[]) => {
    const clusters = questions.map(({ answers = [] }) => vote(answers).clusters.map((members) => members.length));
    return {
      distinctN: mean(questions.map(({ texts }) => distinctN(texts, n))),
      /** Distinct non-empty lists of equations a question. */
      equationLists: mean(
        questions.map(({ texts }) => new Set(texts.map((text) => equationsOf(text).join(";")).filter(Boolean)).size),
      ),
      answers: mean(clusters.map((sizes) => sizes.length)),
      /** Mean 1 − ROUGE-L over pairs. */
      distance: mean(questions.map(({ texts }) => pairwiseDistance(texts))),
      /** Nats. */
      answerEntropy: mean(clusters.map(clusterEntropy)),
      /** Mean −log p of the sampled tokens, in nats: an estimate of the policy's entropy a token. */
      tokenEntropy: mean(
        questions.flatMap(({ logprobs = [] }) => logprobs.flatMap((row) => Array.from(row, (p) => -p))),
      ),
    };
  };
}

export default defineMethod({
  id: "diversity-metrics",
  kind: "instrument",
  contract: "function",
  section: "I",
  about: "How different samples of one question are: n-grams, equations, answers, wording, entropy.",
  source: "distinct-n: Li et al. 2016; ROUGE-L: Lin 2004; equation lists: Yuan et al. 2023",
  options,
  create: diversity,
});
