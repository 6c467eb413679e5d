import type { MaybePromise, Principal } from "../contract/index.js";
import type { HttpHeaders, HttpRequestHead } from "../http/call.js";
import { isPromise } from "../protocol/promises.js";

/** Thrown by `authorize`: why a request is not served. */
export class AuthorizationError extends Error {
  override readonly name = "AuthorizationError";
  /** 401: say who you are. 403: you may not. */
  readonly status: 401 | 403;
  /** The `WWW-Authenticate` header, as in `Bearer error="invalid_token"`. */
  readonly challenge: string;

  /** @throws TypeError when the challenge is not ASCII, or not one line */
  constructor(status: 401 | 403, message: string, challenge = "Bearer") {
    super(message);
    checkChallenge(challenge);
    this.status = status;
    this.challenge = challenge;
  }

  get headers(): HttpHeaders {
    return { "www-authenticate": this.challenge };
  }
}

/** What else HTTP lets pass arrives as something else (RFC 9110, section 5.5). */
const NOT_ASCII = /[^\t\x20-\x7e]/u;

function checkChallenge(challenge: string): void {
  const wrong = NOT_ASCII.exec(challenge);
  if (wrong === null) return;
  const code = (wrong[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  throw new TypeError(
    `The challenge must be ASCII without line ends, as it is a header; character ${String(wrong.index)} is ${JSON.stringify(wrong[0])} (U+${code})`,
  );
}

/** Says who sent a request, as far as its head tells. */
export type Authorize = (request: HttpRequestHead) => MaybePromise<Principal | null | undefined>;

/** @throws AuthorizationError; whatever `authorize` throws */
export function principalOf(
  authorize: Authorize | undefined,
  request: HttpRequestHead,
): MaybePromise<Principal | undefined> {
  if (authorize === undefined) return undefined;
  const given = authorize(request);
  return isPromise(given) ? given.then(known) : known(given);
}

function known(principal: Principal | null | undefined): Principal {
  if (principal === undefined || principal === null) throw new AuthorizationError(401, "Unauthorized");
  if (typeof principal.id === "string") return principal;
  throw new TypeError('authorize must give a principal with a string as "id", or nothing');
}
