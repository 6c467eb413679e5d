import { checkLimit } from "../protocol/limits.js";
import type { Clock } from "../protocol/clock.js";
import { checkProxy } from "./proxy.js";

/** How HTTPS servers are checked, and what they are shown, as `node:tls` takes it. */
export interface ClientTlsOptions {
  /** Certificates to trust in place of the ones Node trusts, in PEM. */
  readonly ca?: string | Buffer | (string | Buffer)[];
  /** A certificate of the client's own, in PEM. */
  readonly cert?: string | Buffer;
  /** The key that belongs to `cert`, in PEM. */
  readonly key?: string | Buffer;
  /** The passphrase of `key`, if it is encrypted. */
  readonly passphrase?: string;
  /** The name the server's certificate has to have, where it is not the URL's. */
  readonly servername?: string;
  /** `false` takes any certificate, so that anybody on the way can read and change everything. Default: `true`. */
  readonly rejectUnauthorized?: boolean;
}

/** How connections are made by `node:http` and `node:https`. */
export interface NodeConnectorOptions {
  /** For HTTPS. Default: Node's own. */
  readonly tls?: ClientTlsOptions | undefined;
  /**
   * The URL of an HTTP proxy, with its credentials; `false`: none. Default, `"environment"`: what `HTTP_PROXY`,
   * `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in either case, for all but loopback addresses.
   */
  readonly proxy?: string | URL | false | undefined;
  /** How long it may take until a connection is there, with name lookup, proxy and TLS, in ms. Default: 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * How many connections there may be for calls that carry requests; further calls wait. Notifications, answers,
   * GET and DELETE have others. Default: 256.
   */
  readonly maxConnections?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** @throws RangeError for a limit or a duration that is none, TypeError for a proxy that cannot be used */
export function checkNodeOptions({
  proxy,
  connectTimeoutMs = 0,
  maxConnections = 1,
}: NodeConnectorOptions): void {
  checkLimit("maxConnections", maxConnections);
  if (!(connectTimeoutMs >= 0))
    throw new RangeError(
      `connectTimeoutMs must be a number of ms, 0 or more, not ${String(connectTimeoutMs)}`,
    );
  checkProxy(proxy);
}
