/** What servers say about rates in the headers of a reply. */

export interface Headers {
  get(name: string): string | null;
}

/** Milliseconds; absent where nothing is said. */
export interface Pause {
  /** The server asks to come back after this while. */
  readonly retryAfter?: number;
  /** Until a used-up allowance of requests or tokens is filled again. */
  readonly exhausted?: number;
}

/** Reads Retry-After (RFC 9110: seconds or a date), retry-after-ms, and the pairs x-ratelimit-remaining/-reset. */
export function pauseOf(headers: Headers, date: number): Pause {
  const retryAfter = retryAfterOf(headers, date);
  const resets = ["requests", "tokens"].flatMap((of) => {
    const left = headers.get(`x-ratelimit-remaining-${of}`);
    const reset = durationOf(headers.get(`x-ratelimit-reset-${of}`) ?? "");
    return left !== null && Number(left) <= 0 && reset !== undefined ? [reset] : [];
  });
  return {
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(resets.length === 0 ? {} : { exhausted: Math.max(...resets) }),
  };
}

function retryAfterOf(headers: Headers, date: number): number | undefined {
  const ms = headers.get("retry-after-ms");
  if (ms !== null && Number(ms) >= 0) return Number(ms);
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return 1000 * Number(text);
  const at = text === "" ? NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - date);
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "1m30.5s", "20ms" or plain seconds, in milliseconds; undefined for anything else. */
export function durationOf(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return 1000 * Number(text);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * units[unit],
    0,
  );
}
