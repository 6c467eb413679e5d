import type { ReadonlyHeaders } from "../contract/index.js";
import { ForbiddenError, HttpStatusError, UnauthorizedError } from "./errors.js";
import { parseChallenges } from "./www-authenticate.js";

/** The error that a status stands for. */
export function statusError(
  url: URL,
  status: number,
  headers: ReadonlyHeaders | undefined,
  body: string,
): HttpStatusError {
  if (status !== 401 && status !== 403) return new HttpStatusError({ url, status, body });
  const challenges = parseChallenges(headers?.get("www-authenticate") ?? null);
  return status === 401
    ? new UnauthorizedError({ url, body }, challenges)
    : new ForbiddenError({ url, body }, challenges);
}
