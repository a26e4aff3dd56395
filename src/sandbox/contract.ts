/** Running untrusted code: what a cage takes in and gives back. Nothing that comes out of one is believed beyond its bytes. */

export type Language = "python" | "javascript";

/** Hard limits of one interpreter. */
export interface Limits {
  /** Wall time of one `run` or `call`, start-up excluded, in milliseconds; then the process is killed. */
  readonly milliseconds: number;
  /** Memory of the interpreter's heap, in MiB. */
  readonly megabytes: number;
  /** Bytes of stdout and stderr together; more ends the run. */
  readonly output: number;
}

/** A float; JSON lacks five of them, which go by name. */
export type Float = number | "nan" | "inf" | "-inf" | "-0";

/** A value on its way through a wall: tagged data that both sides rebuild, never code and never a live object. */
export type Value =
  | null
  | boolean
  | string
  | { readonly int: string }
  | { readonly float: Float }
  | { readonly complex: readonly [Float, Float] }
  /** In hexadecimal. */
  | { readonly bytes: string }
  | { readonly list: readonly Value[] }
  | { readonly tuple: readonly Value[] }
  | { readonly set: readonly Value[] }
  | { readonly dict: readonly (readonly [Value, Value])[] }
  /** JavaScript's undefined. */
  | { readonly undefined: true }
  /** Cannot leave: its type and a cut representation, for messages. Equal to nothing. */
  | { readonly opaque: string };

export interface Outcome {
  /** `error`: the program raised; `killed`: its process died (crash, signal, forged exit); `refused`: this machine lacks a layer. */
  readonly status: "ok" | "error" | "timeout" | "memory" | "output" | "killed" | "refused";
  readonly stdout: string;
  readonly stderr: string;
  /** What a call returned, or the last expression of a `run`. */
  readonly value?: Value;
  /** Exception type and message, as the program claims. */
  readonly error?: { readonly type: string; readonly message: string };
  /** Text files the program left in its working directory, if asked for. */
  readonly files?: Readonly<Record<string, string>>;
  /** Wall time in milliseconds. */
  readonly milliseconds: number;
}

/** One interpreter, used for one candidate only. After any status but "ok" and "error" it is dead and answers `killed`. */
export interface Interpreter {
  readonly language: Language;
  /** Runs top-level code. Names stay defined; standard input and output start anew. */
  run(code: string, o?: RunInput): Promise<Outcome>;
  /**
   * Calls a function that an earlier `run` defined; dots reach into objects. A Python iterator, range, view or deque
   * comes back as a list of at most 100,000 members; a JavaScript promise as what it resolves to.
   */
  call(name: string, args: readonly Value[], o?: { readonly limits?: Partial<Limits> }): Promise<Outcome>;
  /** Kills it. Never throws; safe to repeat. */
  close(): Promise<void>;
}

export interface RunInput {
  readonly stdin?: string;
  /** Text files in the working directory, by relative path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Return the files afterwards (within the output limit). */
  readonly keepFiles?: boolean;
  readonly limits?: Partial<Limits>;
}

/** Answers calls that code inside makes to functions outside; the code inside waits. */
export type Bridge = (name: string, args: readonly Value[]) => Promise<Outcome>;

export interface Sandbox {
  /**
   * A fresh interpreter from the warm pool. With `bridge`, the names given stand for functions outside: for trusted test
   * code, which runs in another interpreter than the candidate it calls.
   */
  open(
    language: Language,
    o?: {
      readonly limits?: Partial<Limits>;
      readonly bridge?: { readonly names: readonly string[]; readonly answer: Bridge };
      /** Kills the interpreter, and takes a waiting `open` off the queue, which then throws the signal's reason. */
      readonly signal?: AbortSignal;
    },
  ): Promise<Interpreter>;
  /** Kills all interpreters and waits for their processes to end. */
  close(): Promise<void>;
}
