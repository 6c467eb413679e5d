import { type Connector, followRedirects } from "@towpath/mcp-core/http-client";
import type { ClientTransport, EraDetection } from "@towpath/mcp-core/transport";
import { Channel } from "./channel.js";
import { SseConnection } from "./connection.js";
import { HandshakeOnlyError } from "./errors.js";
import { clientSettings, type SseClientOptions } from "./options.js";

/** The first request of the stateless era fails here, before anything of it is sent. */
const HANDSHAKE: EraDetection = {
  recall: () => undefined,
  remember: () => undefined,
  isHandshake: (failure) => failure instanceof HandshakeOnlyError,
};

/**
 * The transport of a client, over whatever makes HTTP requests; each connection has a connector of its own.
 * @param more names of options that only some runtimes have
 */
export function sseTransport(
  url: string | URL,
  options: SseClientOptions,
  connector: () => Connector,
  more: object = {},
): ClientTransport {
  const stream = streamOf(url);
  const settings = clientSettings(options, more);
  const { headers, reconnect } = settings;
  return {
    name: "sse",
    eras: HANDSHAKE,
    ...(reconnect !== undefined && { reconnect }),
    connect: async (receiver) => {
      const channel = new Channel(stream, followRedirects(connector()), headers);
      return SseConnection.open(channel, settings, receiver);
    },
  };
}

/** @throws TypeError for what is no URL of an event stream */
function streamOf(url: string | URL): URL {
  if (!URL.canParse(String(url)))
    throw new TypeError("The URL of an event stream is absolute, as in https://example.com/sse");
  const stream = new URL(url);
  if (stream.protocol !== "http:" && stream.protocol !== "https:")
    throw new TypeError(`The URL of an event stream begins with http: or https:, not ${stream.protocol}`);
  if (stream.username !== "" || stream.password !== "")
    throw new TypeError("Credentials belong in the option headers, not in the URL of the event stream");
  stream.hash = "";
  return stream;
}
