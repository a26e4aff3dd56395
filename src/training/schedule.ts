/** A number that moves with progress: constant, linear from one value to another, or a shape. */
export type Schedule =
  | number
  | readonly [from: number, to: number]
  | {
      readonly kind: "warmup-linear" | "cosine";
      readonly peak: number;
      readonly end: number;
      /** Share of the phase that rises from 0 to the peak. */
      readonly warmup: number;
      /** Share of the phase (from its start) up to which the peak is held. */
      readonly hold?: number;
    };

/** The value at a progress in [0, 1]; progress outside is taken to the nearer end. */
export function valueAt(schedule: Schedule, progress: number): number {
  if (typeof schedule === "number") return schedule;
  const p = Math.min(1, Math.max(0, progress));
  if (!("kind" in schedule)) return schedule[0] + (schedule[1] - schedule[0]) * p;
  const { kind, peak, end, warmup } = schedule;
  if (p < warmup) return (peak * p) / warmup;
  const from = Math.max(warmup, schedule.hold ?? 0);
  if (p <= from) return peak;
  const fallen = (p - from) / (1 - from);
  return kind === "cosine" ? end + ((peak - end) * (1 + Math.cos(Math.PI * fallen))) / 2 : peak + (end - peak) * fallen;
}
