import type { ReadonlyHeaders } from "../contract/index.js";
import type { AnswerListener, Connector, OpenCall, OutgoingCall } from "./connector.js";
import { RedirectError, withoutUserinfo } from "./errors.js";

/** How often one call is sent on. */
const MAX_REDIRECTS = 5;

/** How many URLs are remembered to have moved. */
const MAX_MOVED = 16;

/** What the body of a redirect may have, in characters, before its connection is given up. */
const MAX_IGNORED = 65_536;

/** These leave method and body as they are (RFC 9110, sections 15.4.8 and 15.4.9). */
const TEMPORARY = 307;
const PERMANENT = 308;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, TEMPORARY, PERMANENT]);

/**
 * Follows redirects within an origin that leave the request what it is, as frameworks have them from `/mcp` to
 * `/mcp/`. Any other fails with a {@link RedirectError}.
 */
export function followRedirects(connector: Connector): Connector {
  const moved = new Moved();
  return {
    send: (call, listener) => {
      const url = moved.from(call.url);
      return new Hop(connector, moved, url === call.url ? call : { ...call, url }, listener);
    },
    close: () => connector.close(),
  };
}

/** URLs that have moved for good, and where to. */
class Moved {
  readonly #urls = new Map<string, URL>();

  from(url: URL): URL {
    return this.#urls.size === 0 ? url : (this.#urls.get(url.href) ?? url);
  }

  add(from: URL, to: URL): void {
    if (this.#urls.size >= MAX_MOVED) this.#urls.clear();
    this.#urls.set(from.href, to);
  }
}

/** A call at one URL, and, if that redirects, all that follows. */
class Hop implements AnswerListener, OpenCall {
  readonly #connector: Connector;
  readonly #moved: Moved;
  readonly #call: OutgoingCall;
  readonly #previous: Hop | undefined;
  readonly #open: OpenCall;
  /** Undefined once another hop has taken over, or the call has failed. */
  #listener: AnswerListener | undefined;
  #next: Hop | undefined;
  #ignored = 0;

  constructor(
    connector: Connector,
    moved: Moved,
    call: OutgoingCall,
    listener: AnswerListener,
    previous?: Hop,
  ) {
    this.#connector = connector;
    this.#moved = moved;
    this.#call = call;
    this.#listener = listener;
    this.#previous = previous;
    this.#open = connector.send(call, this);
  }

  get isUnsent(): boolean {
    return this.#open.isUnsent === true;
  }

  abort(): void {
    this.#listener = undefined;
    this.#open.abort();
    this.#next?.abort();
  }

  head(status: number, headers: ReadonlyHeaders): void {
    if (REDIRECTS.has(status)) this.#redirected(status, headers.get("location"));
    else this.#listener?.head(status, headers, this.#call.url);
  }

  text(piece: string): void {
    if (this.#listener !== undefined) {
      this.#listener.text(piece);
      return;
    }
    // Read to its end, so that the connection can be used again, unless that is far off.
    this.#ignored += piece.length;
    if (this.#ignored > MAX_IGNORED) this.#open.abort();
  }

  end(): void {
    this.#previous?.drop();
    this.#listener?.end();
  }

  fail(error: Error, sent: boolean): void {
    this.#previous?.drop();
    this.#listener?.fail(error, sent);
  }

  refuse(error: Error): void {
    this.#previous?.drop();
    this.#listener?.refuse(error);
  }

  #redirected(status: number, location: string | null): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#listener = undefined;
    const { url } = this.#call;
    const to = resolved(location, url);
    const why = this.#objection(status, to);
    if (why !== undefined || to === undefined) {
      this.drop();
      listener.refuse(new RedirectError({ url, status, to, why }));
      return;
    }
    if (status === PERMANENT) this.#moved.add(url, to);
    this.#next = new Hop(this.#connector, this.#moved, { ...this.#call, url: to }, listener, this);
  }

  /** Why a redirect is not followed. */
  #objection(status: number, to: URL | undefined): string | undefined {
    if (to === undefined) return "and does not say where to";
    if (to.origin !== this.#call.url.origin) return "which is another origin";
    if (status !== TEMPORARY && status !== PERMANENT)
      return `with status ${String(status)}, which does not keep the request what it is`;
    return this.#depth() >= MAX_REDIRECTS ? `after ${String(MAX_REDIRECTS)} redirects before` : undefined;
  }

  #depth(): number {
    return this.#previous === undefined ? 0 : this.#previous.#depth() + 1;
  }

  /** Gives up what is not read to its end by now, of this and those before. */
  drop(): void {
    this.#open.abort();
    this.#previous?.drop();
  }
}

/** Credentials are not taken from a server. */
function resolved(location: string | null, base: URL): URL | undefined {
  if (location === null || !URL.canParse(location, base.href)) return undefined;
  const url = withoutUserinfo(new URL(location, base));
  url.hash = "";
  return url;
}
