import { afterAll, describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { DecoderConfig, parameterShapes, positionsOf } from "./config.ts";
import { DecodeSession, placesFor, tokenSize } from "./decode-session.ts";
import type { Distributions } from "./decode-session.ts";

const base = { vocab: 20, layers: 2, width: 128, heads: 4, hidden: 344, context: 64 };
const variants = {
  rope: DecoderConfig.parse(base),
  "shared key-value heads": DecoderConfig.parse({ ...base, kvHeads: 2 }),
  "coupled positions, narrow heads": DecoderConfig.parse({
    ...base,
    width: 48,
    positions: "coupled",
    digitTokens: [1, 2, 3, 4],
  }),
};

const opened: DecodeSession[] = [];
async function open(config: DecoderConfig): Promise<DecodeSession> {
  const r = random("decode");
  const weights = Object.entries(parameterShapes(config)).map(([name, shape]) => {
    const scale = shape.length > 1 ? 1.5 / Math.sqrt(shape[1]) : 0.2;
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, Float32Array.from({ length: size }, () => (shape.length > 1 ? 0 : 1) + scale * r.normal())] as const;
  });
  const session = new DecodeSession(config, "cpu");
  opened.push(session);
  await session.load(Object.fromEntries(weights));
  return session;
}
afterAll(async () => {
  await Promise.all(opened.map((session) => session.close()));
});

interface Read {
  readonly logits: Float32Array;
  readonly exponentials: Float32Array;
  readonly sum: number;
  /** Keys and values, by token. */
  readonly tokens: readonly Float32Array[];
}
const rowOf = (out: Distributions, config: DecoderConfig, row: number) => ({
  logits: out.logits.slice(row * config.vocab, (row + 1) * config.vocab),
  exponentials: out.exponentials.slice(row * config.vocab, (row + 1) * config.vocab),
  sum: out.sums[row],
});

/** Reads rows of equal length one token a step. */
async function readByStep(session: DecodeSession, config: DecoderConfig, rows: readonly number[][]): Promise<Read[]> {
  const positions = rows.map((ids) => positionsOf(config, ids));
  const tokens = rows.map((): Float32Array[] => []);
  let last: Distributions | undefined;
  for (let t = 0; t < rows[0].length; t++) {
    const out = await session.step({
      cache: placesFor(rows[0].length),
      ids: Int32Array.from(rows, (ids) => ids[t]),
      positions: Int32Array.from(positions, (own) => own[t]),
      lengths: new Int32Array(rows.length).fill(t),
      moves: [],
      loads: [],
      keep: [...rows.keys()],
    });
    out.keyValues.forEach((token, row) => tokens[row].push(token));
    last = out;
  }
  return rows.map((_, row) => {
    if (!last) throw new Error("no row has a token");
    return { ...rowOf(last, config, row), tokens: tokens[row] };
  });
}

/** Reads rows in one pass; splits what is kept by token. */
async function readAtOnce(session: DecodeSession, config: DecoderConfig, rows: readonly number[][]): Promise<Read[]> {
  const out = await session.read(rows.map((ids) => ({ ids, positions: positionsOf(config, ids) })));
  return rows.map(({ length }, row) => {
    const size = config.width / config.heads;
    const tokens = Array.from({ length }, (_, t) =>
      Float32Array.from(
        { length: tokenSize(config) },
        (_unused, i) => out.keyValues[row][(Math.floor(i / size) * length + t) * size + (i % size)],
      ),
    );
    return { ...rowOf(out, config, row), tokens };
  });
}

describe("DecodeSession", () => {
  it.each(Object.entries(variants))(
    "gives the same bits for a prompt read whole, in any company, and token by token: %s",
    async (_, config) => {
      const session = await open(config);
      const r = random("prompts");
      const prompts = [1, 2, 7, 8, 9, 20, 33].map((length) => Array.from({ length }, () => r.int(config.vocab)));
      const stepped: Read[] = [];
      for (const ids of prompts) stepped.push(...(await readByStep(session, config, [ids])));
      expect(await readAtOnce(session, config, prompts)).toEqual(stepped);
      for (const [i, ids] of prompts.entries()) expect(await readAtOnce(session, config, [ids])).toEqual([stepped[i]]);
      const crowd = Array.from({ length: 30 }, (_unused, i) => prompts[i % 5]);
      expect(await readAtOnce(session, config, crowd)).toEqual(crowd.map((_unused, i) => stepped[i % 5]));
    },
  );

  it("gives the same bits for any number of rows in a step", async () => {
    const config = variants.rope;
    const session = await open(config);
    const r = random("rows");
    const rows = Array.from({ length: 130 }, () => Array.from({ length: 10 }, () => r.int(config.vocab)));
    const all = await readByStep(session, config, rows);
    for (const n of [1, 2, 3, 7, 64])
      expect(await readByStep(session, config, rows.slice(0, n))).toEqual(all.slice(0, n));
  });
});
