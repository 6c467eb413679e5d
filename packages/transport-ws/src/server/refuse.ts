import { STATUS_CODES, validateHeaderName, validateHeaderValue } from "node:http";
import type { Duplex } from "node:stream";
import type { HttpHeaders } from "@towpath/mcp-core/http";
import { systemClock } from "@towpath/mcp-core/transport";

/** How long a client may take to end its side of a connection that was refused, in ms. */
const LINGER_MS = 2_000;

const PLAIN: HttpHeaders = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

/**
 * Answers a request for a WebSocket like any other, and ends the connection. What the client still sends is read and
 * dropped for a while: closed with bytes unread, the connection would be reset, and the answer be lost
 * (RFC 9112, section 9.6).
 * @throws TypeError for a header that HTTP does not have; then nothing was sent
 */
export function refuse(socket: Duplex, status: number, text: string, headers: HttpHeaders = {}): void {
  const body = `${text}\n`;
  const own: HttpHeaders = { connection: "close", "content-length": String(Buffer.byteLength(body)) };
  const all = { ...PLAIN, ...lowerCased(headers), ...own };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ""}`, ...lines, "", body].join("\r\n"));
  socket.resume();
  const timer = systemClock.schedule(LINGER_MS, () => socket.destroy());
  socket.once("close", () => timer.cancel());
}

function lowerCased(headers: HttpHeaders): HttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      validateHeaderName(name);
      validateHeaderValue(name, value);
      return [name.toLowerCase(), value];
    }),
  );
}
