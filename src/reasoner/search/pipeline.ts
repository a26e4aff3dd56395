/** A piece of work that has begun. */
export interface Flight<T> {
  readonly work: Promise<T>;
  /** Takes the result in; false if there was none, after which nothing more is launched. */
  commit(result: T): boolean;
  /** Takes back what launching did. Called instead of commit, after the work has failed. */
  cancel(): void;
}

export interface Pipeline<T> {
  readonly count: number;
  /** Most pieces at a time. */
  readonly inFlight: number;
  /** Begins piece i; "wait" if that depends on a piece in flight, undefined if there is nothing left to do. */
  launch(i: number): Flight<T> | "wait" | undefined;
}

/**
 * Work side by side whose results come in launch order: piece i begins after the commit of piece i − inFlight, or later
 * if it had to wait for one, so that what a launch sees never depends on how long the work takes. Gives the number of
 * pieces committed. A failure is thrown once everything in flight has ended.
 */
export async function inOrder<T>({ count, inFlight, launch }: Pipeline<T>): Promise<number> {
  const flights: Flight<T>[] = [];
  let launched = 0;
  let committed = 0;
  let more = true;
  try {
    for (;;) {
      while (more && launched < count && flights.length < inFlight) {
        const flight = launch(launched);
        if (flight === "wait") break;
        if (flight === undefined) more = false;
        else {
          flights.push(flight);
          launched++;
        }
      }
      const [first] = flights;
      if (first === undefined) return committed;
      const result = await first.work;
      flights.shift();
      if (first.commit(result)) committed++;
      else more = false;
    }
  } catch (error) {
    await Promise.allSettled(flights.map(({ work }) => work));
    for (const flight of flights) flight.cancel();
    throw error;
  }
}
