import type { z } from "zod";
import { UserError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { ContractName, Contracts, Method } from "../core/method.ts";

/** Finds a method by id; the registry is one, a test may bring its own. Rejects with UserError for an unknown id. */
export type FindMethod = (id: string) => Promise<Method>;

export interface Ref {
  readonly id: string;
  readonly options: Readonly<Record<string, Json>>;
}

/** What is wrong with data, on one line, each problem with its path. */
export function problems(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
    .join("; ");
}

const fulfils = <C extends ContractName>(method: Method, contract: C): method is Method<C> =>
  method.contract === contract;

/** Makes the thing that a reference names, with its options checked against the method's schema. */
export async function instantiate<C extends ContractName>(
  find: FindMethod,
  contract: C,
  ref: Ref,
): Promise<Contracts[C]> {
  const method = await find(ref.id);
  if (!fulfils(method, contract)) {
    throw new UserError(
      `"${ref.id}" is a ${method.contract}, but a ${contract} is needed here.`,
      `List what there is with: autodidact methods`,
    );
  }
  const options = method.options.safeParse(ref.options);
  if (!options.success) {
    throw new UserError(`Options of "${ref.id}": ${problems(options.error)}`, `See: autodidact methods ${ref.id}`);
  }
  return method.create(options.data);
}
