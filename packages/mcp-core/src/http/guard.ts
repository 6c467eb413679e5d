import type { ReadonlyHeaders } from "../contract/index.js";
import { describe, shortened } from "../jsonrpc/guards.js";
import { hostMatcher, isLoopbackHost, type Matcher } from "./hosts.js";
import { isLoopbackOrigin, originMatcher } from "./origins.js";

export interface GuardOptions {
  /** Only this machine is meant to call, so that `Host` has to name it. */
  readonly loopbackOnly: boolean;
  /**
   * Values of `Host` that are served: `example.com` with any port, `example.com:8080` with that one, `*` all.
   * Default: none but those of loopback on loopback, else all.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /**
   * Origins of web pages that may call: `https://example.com`, `null` for pages without one, `*` for all.
   * Default: those of loopback, when they call a loopback host. Empty: none.
   */
  readonly allowedOrigins?: readonly string[] | undefined;
}

export type GuardVerdict =
  { readonly allowed: true } | { readonly allowed: false; readonly status: 403; readonly message: string };

const ALLOWED: GuardVerdict = { allowed: true };

/**
 * Keeps web pages from calling a server they have no business with, by DNS rebinding or else (2026-07-28,
 * Streamable HTTP, Security & Endpoint).
 */
export class Guard {
  readonly #options: GuardOptions;
  readonly #hosts: Matcher;
  readonly #origins: Matcher;
  /** The last that was served: the next request mostly has the same. */
  #served: string | undefined;

  /** @throws TypeError for what is no list, and for an entry that could never match */
  constructor(options: GuardOptions) {
    this.#options = options;
    this.#hosts = hostMatcher(listed("allowedHosts", options.allowedHosts, "example.com"));
    this.#origins = originMatcher(listed("allowedOrigins", options.allowedOrigins, "https://example.com"));
  }

  /** Looks at `Host` and `Origin`. */
  check(headers: ReadonlyHeaders): GuardVerdict {
    const host = headers.get("host") ?? "";
    if (host !== this.#served && !this.#servesHost(host)) {
      return refused(`The Host ${quoted(host)} is not served; allowedHosts says which are`);
    }
    this.#served = host;
    const origin = headers.get("origin");
    return origin === null || this.#servesOrigin(origin, host)
      ? ALLOWED
      : refused(`Pages from the Origin ${quoted(origin)} may not call; allowedOrigins says which may`);
  }

  #servesHost(host: string): boolean {
    const { loopbackOnly, allowedHosts } = this.#options;
    if (loopbackOnly && isLoopbackHost(host)) return true;
    return (!loopbackOnly && allowedHosts === undefined) || this.#hosts(host);
  }

  #servesOrigin(origin: string, host: string): boolean {
    const { loopbackOnly, allowedOrigins } = this.#options;
    if (allowedOrigins !== undefined) return this.#origins(origin);
    return isLoopbackOrigin(origin) && (loopbackOnly || isLoopbackHost(host));
  }
}

/** A program that is not type-checked may give anything. */
function listed(name: string, given: readonly unknown[] | undefined, example: string): readonly string[] {
  if (given === undefined) return [];
  if (!Array.isArray(given))
    throw new TypeError(`${name} must be an array, as in ["${example}"], not ${describe(given)}`);
  return given.map((entry: unknown) => {
    if (typeof entry === "string") return entry;
    throw new TypeError(
      `${name} must be an array of strings, as in ["${example}"], without ${describe(entry)}`,
    );
  });
}

const refused = (message: string): GuardVerdict => ({ allowed: false, status: 403, message });

const quoted = (value: string): string => JSON.stringify(shortened(value));
