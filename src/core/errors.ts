/**
 * A mistake of the user or the environment, never of the program: shown as one line, without a stack, with a non-zero
 * exit code. `message` says what was wrong and where; `remedy` says what to do about it.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly remedy: string;
  constructor(message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.remedy = remedy;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
