import { verify } from "./verify.ts";

/** Do two answers say the same, under the default policy? Undecided counts as different. Symmetric, never throws. */
export const eq = (a: string, b: string): boolean => verify(a, b).equal === true;
