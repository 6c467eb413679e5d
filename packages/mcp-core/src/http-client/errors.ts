import type { Challenge } from "./www-authenticate.js";

/** How much of a body an error keeps, in characters. */
const EXCERPT_LENGTH = 500;

/** What statuses mean for somebody who calls an MCP endpoint. */
const MEANING: Readonly<Record<number, string>> = {
  400: "it could not take the request",
  401: "it wants to know who is calling",
  403: "this caller may not do that",
  404: "nothing is there, or the session is gone",
  405: "no MCP endpoint is there, or it does not take this method",
  406: "it would answer in another format",
  408: "the request took too long",
  410: "what was asked for is gone",
  413: "the request is too large",
  415: "it does not take this format",
  421: "it does not serve this host",
  429: "there are too many requests",
  500: "it failed",
  501: "it does not know this method",
  502: "the server behind it failed",
  503: "it takes no requests at the moment",
  504: "the server behind it took too long",
};

/** A URL without what may be secret: userinfo, query and fragment. */
const shown = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

export interface HttpFailure {
  readonly url: URL;
  readonly status: number;
  /** As much as is there; what is too long is cut. */
  readonly body?: string | undefined;
}

/** The server answered with a status that is none of MCP's, and without an error of JSON-RPC. */
export class HttpStatusError extends Error {
  override readonly name: string = "HttpStatusError";
  readonly status: number;
  /** The beginning of the answer's body: at most 500 characters. It is the server's text; do not trust it. */
  readonly body: string;

  constructor({ url, status, body = "" }: HttpFailure) {
    const meaning = MEANING[status];
    super(
      `${shown(url)} answered with status ${String(status)}${meaning === undefined ? "" : `: ${meaning}`}`,
    );
    this.status = status;
    this.body = body.slice(0, EXCERPT_LENGTH);
  }
}

/** 401: the server wants a token, or another one. `challenges` say how to get it. */
export class UnauthorizedError extends HttpStatusError {
  override readonly name = "UnauthorizedError";
  /** Of `WWW-Authenticate` (RFC 9110, section 11.6.1), in their order; empty without. */
  readonly challenges: readonly Challenge[];

  constructor(failure: Omit<HttpFailure, "status">, challenges: readonly Challenge[]) {
    super({ ...failure, status: 401 });
    this.challenges = challenges;
  }
}

/** 403: whoever calls may not do that. A challenge with `error="insufficient_scope"` says which scopes are missing. */
export class ForbiddenError extends HttpStatusError {
  override readonly name = "ForbiddenError";
  /** Of `WWW-Authenticate` (RFC 9110, section 11.6.1), in their order; empty without. */
  readonly challenges: readonly Challenge[];

  constructor(failure: Omit<HttpFailure, "status">, challenges: readonly Challenge[]) {
    super({ ...failure, status: 403 });
    this.challenges = challenges;
  }
}

export interface Redirection {
  readonly url: URL;
  /** Not known in browsers. */
  readonly status?: number | undefined;
  /** Where to; not known in browsers. */
  readonly to?: URL | undefined;
  /** Why it is not followed. */
  readonly why?: string | undefined;
}

/**
 * The server redirects, and it is not followed: headers such as tokens go to no other origin, and only 307 and 308
 * keep a request what it is.
 */
export class RedirectError extends Error {
  override readonly name = "RedirectError";
  /** Undefined where it is not known, as in browsers. */
  readonly status: number | undefined;
  /** Where to, without userinfo; undefined where it is not known, as in browsers. */
  readonly location: string | undefined;

  constructor({ url, status, to, why }: Redirection) {
    const where = to === undefined ? "" : ` to ${shown(to)}`;
    const reason = why === undefined ? "" : `, ${why}`;
    const remedy = to === undefined ? "Use the URL it leads to" : "Use that URL";
    super(`${shown(url)} redirects${where}${reason}. ${remedy}, if you trust it`);
    this.status = status;
    this.location = to === undefined ? undefined : withoutUserinfo(to).href;
  }
}

export function withoutUserinfo(url: URL): URL {
  const bare = new URL(url);
  bare.username = bare.password = "";
  return bare;
}
