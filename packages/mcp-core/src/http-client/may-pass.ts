import { HttpStatusError, RedirectError } from "./errors.js";

/** Statuses below 500 that may be better the next time. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);
const NOT_IMPLEMENTED = 501;

/** Whether what failed so over HTTP may succeed the next time, with nothing changed on this side. */
export function mayPass(failure: unknown): boolean {
  if (failure instanceof HttpStatusError) {
    const { status } = failure;
    return PASSING.has(status) || (status >= 500 && status !== NOT_IMPLEMENTED);
  }
  return !(failure instanceof RedirectError || failure instanceof TypeError);
}
