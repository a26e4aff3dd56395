/** What a run shows while it runs. */
import type { RunEvent } from "../core/context.ts";
import { bar, count, duration, json, line, paint, percent, type Io } from "./io.ts";

export interface View {
  on(event: RunEvent): void;
  /** Takes away what is only of the moment. */
  close(): void;
}

const num = (x: unknown): number | undefined => (typeof x === "number" && Number.isFinite(x) ? x : undefined);
const text = (x: unknown): string => (typeof x === "string" ? x : "");
const field = (x: unknown, name: string): unknown =>
  typeof x === "object" && x !== null ? Reflect.get(x, name) : undefined;

/** Figures of a finished round, as its event tells them. */
export interface RoundRow {
  readonly phase: string;
  readonly round: number;
  readonly of: number;
  readonly greedy?: number;
  readonly reward?: number;
  readonly tasksSolved?: number;
  readonly data?: number;
  readonly loss?: number;
  readonly seconds: number;
  readonly elapsed: number;
}

export function rowOf(event: RunEvent): RoundRow {
  const { metrics } = event;
  const figure = (name: string): number | undefined => num(field(metrics, name));
  return {
    phase: text(event.phase),
    round: num(event.round) ?? 0,
    of: num(event.of) ?? 0,
    greedy: num(field(field(metrics, "accuracy"), "greedy")),
    reward: figure("reward"),
    tasksSolved: figure("tasksSolved"),
    data: figure("data") === 0 ? undefined : figure("data"),
    loss: figure("loss"),
    seconds: num(field(event.seconds, "total")) ?? 0,
    elapsed: num(event.elapsed) ?? 0,
  };
}

/** One JSON event a line. Progress within a stage at most once a second, its end always. */
export class JsonView implements View {
  readonly #io: Io;
  #last = -Infinity;
  constructor(io: Io) {
    this.#io = io;
  }
  on(event: RunEvent): void {
    if (event.event === "progress" && event.done !== event.of) {
      if (performance.now() - this.#last < 1000) return;
      this.#last = performance.now();
    }
    json(this.#io, event);
  }
  close(): void {}
}

/** A line a round, for logs and pipes. */
export class PlainView implements View {
  readonly #io: Io;
  constructor(io: Io) {
    this.#io = io;
  }
  on(event: RunEvent): void {
    if (event.event === "start") line(this.#io, header(event));
    if (event.event === "first") line(this.#io, `before  greedy ${percent(num(field(event.accuracy, "greedy")))}`);
    if (event.event !== "round") return;
    const row = rowOf(event);
    const parts = [
      `${row.phase} ${row.round}/${row.of}`,
      row.greedy === undefined ? "" : `greedy ${percent(row.greedy)}`,
      row.reward === undefined ? "" : `reward ${row.reward.toFixed(3)}`,
      row.tasksSolved === undefined ? "" : `solved ${percent(row.tasksSolved)}`,
      row.data === undefined ? "" : `data ${row.data}`,
      row.loss === undefined ? "" : `loss ${row.loss.toFixed(4)}`,
      `${row.seconds.toFixed(1)} s`,
      `elapsed ${duration(row.elapsed)}`,
    ];
    line(this.#io, parts.filter(Boolean).join("  "));
  }
  close(): void {}
}

export function header(event: RunEvent): string {
  return `${text(event.recipe)} on ${text(event.family)} · ${count(num(event.parameters) ?? 0)} parameters · ${text(event.device)} · seed ${text(event.seed)} · ${text(event.run)}`;
}

const columns = ["round", "greedy", "", "solved", "reward", "data", "loss", "time"] as const;
const widths = [13, 8, 12, 8, 7, 7, 8, 9];

const cells = (parts: readonly string[]): string =>
  parts.map((part, i) => (i === 0 || i === 2 ? part.padEnd(widths[i]) : part.padStart(widths[i]))).join(" ");

/** A table of rounds that grows, and under it one line that lives. */
export class LiveView implements View {
  readonly #io: Io;
  readonly #limit: number | undefined;
  readonly #phases = new Map<string, { rounds: number; done: number; seconds: number }>();
  #order: string[] = [];
  #phase = "";
  #round = 0;
  #roundStarted = performance.now();
  #stage = "";
  #stageStarted = performance.now();
  #progress: { done: number; of: number; loss?: number } | undefined;
  #elapsed = 0;
  #drawn = 0;
  #timer: NodeJS.Timeout;

  /** `limit`: seconds after which the run will stop. */
  constructor(io: Io, limit?: number) {
    this.#io = io;
    this.#limit = limit;
    this.#timer = setInterval(() => this.#draw(), 500);
    this.#timer.unref();
  }

  on(event: RunEvent): void {
    switch (event.event) {
      case "start":
        this.#start(event);
        break;
      case "stage":
        if (event.phase !== undefined && (event.phase !== this.#phase || event.round !== this.#round)) {
          [this.#phase, this.#round] = [text(event.phase), num(event.round) ?? 0];
          this.#roundStarted = performance.now();
        }
        this.#enter(text(event.stage));
        break;
      case "progress":
        this.#enter(text(event.stage), num(event.done));
        this.#progress = {
          done: num(event.done) ?? 0,
          of: num(event.of) ?? 0,
          loss: num(event.loss) ?? this.#progress?.loss,
        };
        if (performance.now() - this.#drawn > 100) this.#draw();
        break;
      case "first":
        this.#row(["before", ...this.#accuracy(num(field(event.accuracy, "greedy"))), "", "", "", "", ""]);
        break;
      case "round":
        this.#finished(rowOf(event));
        break;
      default:
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#io.write("\r\x1b[2K");
  }

  #start(event: RunEvent): void {
    line(this.#io, paint(this.#io, "bold", header(event)));
    line(this.#io);
    line(this.#io, paint(this.#io, "dim", cells(columns)));
    const phases: readonly unknown[] = Array.isArray(event.phases) ? event.phases : [];
    for (const phase of phases) {
      const name = text(field(phase, "name"));
      this.#order.push(name);
      this.#phases.set(name, { rounds: num(field(phase, "rounds")) ?? 0, done: 0, seconds: 0 });
    }
  }

  #enter(stage: string, done?: number): void {
    const again = done !== undefined && this.#progress !== undefined && done < this.#progress.done;
    if (stage === this.#stage && !again) return;
    this.#stage = stage;
    this.#stageStarted = performance.now();
    this.#progress = undefined;
  }

  #accuracy(greedy: number | undefined): [string, string] {
    return greedy === undefined ? ["", ""] : [percent(greedy), bar(greedy, 12)];
  }

  #finished(row: RoundRow): void {
    const phase = this.#phases.get(row.phase);
    if (phase) {
      phase.done = row.round;
      phase.seconds = row.seconds;
    }
    this.#elapsed = row.elapsed;
    this.#roundStarted = performance.now();
    this.#row([
      `${row.phase} ${row.round}/${row.of}`,
      ...this.#accuracy(row.greedy),
      row.tasksSolved === undefined ? "" : percent(row.tasksSolved),
      row.reward?.toFixed(3) ?? "",
      row.data === undefined ? "" : String(row.data),
      row.loss?.toFixed(4) ?? "",
      `${row.seconds.toFixed(1)} s`,
    ]);
  }

  #row(parts: readonly string[]): void {
    const { write } = this.#io;
    const whole = cells(parts);
    const shown = parts[2] === "" ? whole : whole.replace(parts[2], paint(this.#io, "green", parts[2]));
    write(`\r\x1b[2K${shown}\n`);
    this.#draw();
  }

  #draw(): void {
    this.#drawn = performance.now();
    const status = this.#status();
    this.#io.write(`\r\x1b[2K${paint(this.#io, "cyan", status.slice(0, Math.max(20, this.#io.columns - 1)))}`);
  }

  #status(): string {
    if (this.#stage === "") return "starting …";
    const running = (performance.now() - this.#roundStarted) / 1000;
    const { of = 0, done = 0, loss } = this.#progress ?? {};
    const staged = (performance.now() - this.#stageStarted) / 1000;
    const phase = this.#phases.get(this.#phase);
    const left = phase && phase.seconds > 0 ? Math.max(0, phase.seconds - running) : undefined;
    const whole = this.#left(left);
    return [
      `${this.#phase} ${this.#round}/${phase?.rounds ?? 0} ${this.#stage}`,
      of > 0 ? `▕${bar(done / of, 16)}▏ ${done}/${of}` : "",
      of > 0 && staged > 0.3 ? `${(done / staged).toFixed(done / staged < 10 ? 1 : 0)}/s` : "",
      loss === undefined ? "" : `loss ${loss.toFixed(3)}`,
      left === undefined ? "" : `round ≈ ${duration(left)}`,
      `run ${duration(this.#elapsed + running)}${whole === undefined ? "" : `, ≈ ${duration(whole)} left`}`,
    ]
      .filter(Boolean)
      .join("  ");
  }

  /** Seconds until the run ends, as far as finished rounds tell: each phase needs one of its own. */
  #left(round: number | undefined): number | undefined {
    const limit = this.#limit === undefined ? undefined : Math.max(0, this.#limit - this.#elapsed);
    const from = this.#order.indexOf(this.#phase);
    let left: number | undefined = round ?? 0;
    for (const name of this.#order.slice(from)) {
      const { rounds, done, seconds } = this.#phases.get(name) ?? { rounds: 0, done: 0, seconds: 0 };
      const open = rounds - done - (name === this.#phase ? 1 : 0);
      left =
        open > 0 && seconds === 0 ? undefined : left === undefined ? undefined : left + Math.max(0, open) * seconds;
    }
    return left === undefined ? limit : Math.min(left, limit ?? Infinity);
  }
}
