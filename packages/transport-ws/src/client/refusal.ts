import type { IncomingMessage } from "node:http";
import { RedirectError, statusError } from "@towpath/mcp-core/http-client";
import { systemClock } from "@towpath/mcp-core/transport";
import { connectError } from "./connect-error.js";

/** How much of what a refusal says is read, in characters, and how long, in ms. */
const EXCERPT_LENGTH = 500;
const EXCERPT_MS = 1_000;

/** What an answer means that opens no WebSocket. Reads no more of it than the beginning. */
export async function refusalOf(url: URL, response: IncomingMessage): Promise<Error> {
  const { statusCode: status = 0, headers } = response;
  if (status >= 300 && status < 400) return redirected(url, status, headers.location);
  if (status < 300)
    return connectError(
      url,
      `it was answered with status ${String(status)}, as a request for something else is`,
    );
  const challenge = headers["www-authenticate"];
  const body = await beginningOf(response);
  const get = (name: string): string | null => (name === "www-authenticate" ? (challenge ?? null) : null);
  return statusError(url, status, { get }, body);
}

function redirected(url: URL, status: number, location: string | undefined): RedirectError {
  const to = location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  return new RedirectError({ url, status, to, why: "which is not followed for a WebSocket" });
}

function beginningOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const enough = (): void => {
      timer.cancel();
      resolve(text);
    };
    const timer = systemClock.schedule(EXCERPT_MS, enough, { keepAlive: true });
    response.setEncoding("utf8");
    response.on("data", (piece: string) => {
      text += piece.slice(0, EXCERPT_LENGTH - text.length);
      if (text.length >= EXCERPT_LENGTH) enough();
    });
    for (const event of ["end", "close", "error"]) response.once(event, enough);
  });
}
