import type { Duplex } from "node:stream";
import { DuplexClientConnection, type MessageReceiver } from "@towpath/mcp-core/transport";
import type { WebSocket } from "ws";
import { CloseCode } from "../close-codes.js";
import { Channel, ChannelGroup } from "../node/channel.js";
import { openNode, type OpenSettings } from "./open-node.js";

export interface NodeSettings extends OpenSettings {
  readonly pingMs: number;
}

/** Opens a connection of a client on Node. */
export function connectOnNode(
  url: URL,
  settings: NodeSettings,
  receiver: MessageReceiver,
): Promise<DuplexClientConnection> {
  return openNode(url, settings, (ws, socket) => connection(ws, socket, settings, receiver));
}

function connection(
  ws: WebSocket,
  socket: Duplex,
  { maxMessageBytes, maxQueuedBytes, stallTimeoutMs, pingMs, clock }: NodeSettings,
  receiver: MessageReceiver,
): DuplexClientConnection {
  const limits = {
    maxMessageBytes,
    maxQueuedBytes,
    stallTimeoutMs,
    // It has no other connections: each limit is that of this one.
    maxTotalQueuedBytes: Infinity,
    maxTotalMessageBytes: Infinity,
  };
  let settleClosed = (): void => undefined;
  const closed = new Promise<void>((resolve) => (settleClosed = resolve));
  const duplex = new DuplexClientConnection({
    receiver,
    send: (message) => channel.send(JSON.stringify(message)),
    close: () => {
      channel.close(CloseCode.normal);
      return closed;
    },
  });
  const channel = new Channel(ws, socket, new ChannelGroup(limits, pingMs, false, clock), {
    text: (json) => duplex.receive(json),
    over: (reason) => duplex.ended(reason),
    closed: settleClosed,
  });
  return duplex;
}
