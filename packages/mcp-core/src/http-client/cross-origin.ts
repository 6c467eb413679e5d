/** A page's request to another origin failed, and browsers do not tell pages why (Fetch, CORS protocol). */
export class CrossOriginError extends Error {
  override readonly name = "CrossOriginError";

  constructor(url: URL, page: string, cause: unknown) {
    super(
      `a browser does not say whether ${url.origin}${url.pathname} is there, or lets no page of ${page} call. ` +
        "The server has to allow that origin, and the headers that MCP sends (CORS; allowedOrigins of a Towpath server)",
      { cause },
    );
  }
}

/** The origin of the page, or of its worker, that calls another one. Undefined in its own, and where there are no pages. */
export function foreignPage(url: URL): string | undefined {
  const origin = pageOrigin();
  return origin === url.origin ? undefined : origin;
}

/** The origin of the page, or of its worker; `undefined` where there are no pages. */
export function pageOrigin(): string | undefined {
  try {
    // Only browsers have one, and it may be anything elsewhere.
    const { location } = globalThis as { readonly location?: { readonly origin?: unknown } };
    return typeof location?.origin === "string" ? location.origin : undefined;
  } catch {
    // Some runtimes throw where they have none.
    return undefined;
  }
}
