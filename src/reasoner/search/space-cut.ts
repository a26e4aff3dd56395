import type { Ids } from "../../core/call.ts";
import type { Tokenizer } from "../../core/model.ts";

/** Written text with the tokens it is made of, and its log-probs where the model gives them. */
export interface Piece {
  readonly text: string;
  /** Empty without a tokenizer of ours. */
  readonly ids: Ids;
  readonly logprobs?: Float32Array;
}

/**
 * The first `length` characters of a piece. Where they end inside a token the rest is encoded anew. Without ids the log-probs
 * stay those of all that was written.
 */
export function cutPiece(piece: Piece, length: number, tokenizer: Tokenizer | undefined): Piece {
  if (length >= piece.text.length) return piece;
  const text = piece.text.slice(0, length);
  if (tokenizer === undefined || piece.ids.length === 0) return { ...piece, text };
  let count = 0;
  while (count < piece.ids.length && tokenizer.decode(piece.ids.slice(0, count + 1)).length <= length) count++;
  const kept = piece.ids.slice(0, count);
  const exact = tokenizer.decode(kept).trim() === text.trim();
  const ids = exact ? kept : [...kept, ...tokenizer.encode(text.slice(tokenizer.decode(kept).length))];
  return { text, ids, ...(piece.logprobs ? { logprobs: piece.logprobs.slice(0, count) } : {}) };
}

/** The pieces as one; log-probs only where all have them. */
export function joinPieces(a: Piece, b: Piece, join: (pieces: readonly string[]) => string): Piece {
  return {
    text: join([a.text, b.text]),
    ids: [...a.ids, ...b.ids],
    ...(a.logprobs && b.logprobs ? { logprobs: Float32Array.from([...a.logprobs, ...b.logprobs]) } : {}),
  };
}
