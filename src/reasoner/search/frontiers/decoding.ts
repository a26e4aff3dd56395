import type { Tokenizer } from "../../../core/model.ts";

/** The ids of the k highest log-probs, highest first, equal ones in id order. */
export function topTokens(logprobs: Float32Array, k: number): number[] {
  const best: number[] = [];
  for (const [id, value] of logprobs.entries()) {
    if (best.length === k && value <= logprobs[best[k - 1]]) continue;
    let at = best.length;
    while (at > 0 && logprobs[best[at - 1]] < value) at--;
    best.splice(at, 0, id);
    if (best.length > k) best.pop();
  }
  return best;
}

/** The tokens that write the last occurrence of the answer, white space aside; none if it does not occur. */
export function answerSpan(tokenizer: Pick<Tokenizer, "decode">, ids: readonly number[], answer: string): number[] {
  const pieces = ids.map((id) => tokenizer.decode([id]).replaceAll(/\s/gu, ""));
  const wanted = answer.replaceAll(/\s/gu, "");
  const from = wanted === "" ? -1 : pieces.join("").lastIndexOf(wanted);
  if (from < 0) return [];
  let end = 0;
  return pieces.flatMap((piece, i) => {
    const start = end;
    end += piece.length;
    return end > from && start < from + wanted.length ? [i] : [];
  });
}

/** Δ: the mean margin of the answer's tokens; 0 without any. */
export function confidence(margins: readonly number[], span: readonly number[]): number {
  return span.length === 0 ? 0 : span.reduce((sum, i) => sum + margins[i], 0) / span.length;
}
