import type { McpServer, Principal } from "@towpath/mcp-core";
import { encode, ServerConnection } from "@towpath/mcp-core/transport";
import { createReferenceServer, type ReferenceSettings } from "../fixtures/reference-server.js";
import { isRawText, type Harness, type RawPeer } from "./harness.js";
import { Inbox, type Received } from "./inbox.js";

let opened = 0;

/** The reference server in this process, behind the parts that every connection of whole messages uses. */
export const memoryHarness: Harness = {
  transport: "memory",
  open: (_revision, settings) => Promise.resolve(connect(settings)),
};

function connect(settings: ReferenceSettings = {}): RawPeer {
  const { limits } = settings;
  return connectTo(createReferenceServer(settings), { ...(limits && { limits }) });
}

export interface MemoryPeerOptions extends Pick<ReferenceSettings, "limits"> {
  /** Who the client is. */
  readonly principal?: Principal;
}

/** One of the connections to a server, which may have others. */
export function connectTo(server: McpServer, { principal, limits }: MemoryPeerOptions = {}): RawPeer {
  const inbox = new Inbox();
  const connection = new ServerConnection({
    dispatcher: server,
    peer: { id: `raw-${String(++opened)}`, transport: "memory", ...(principal && { principal }) },
    // What the server wrote is for the tests to judge.
    send: (message) => inbox.push(JSON.parse(encode(message)) as Received),
    onUnread: () => undefined,
    ...(limits && { limits }),
  });
  return {
    send: (message) => connection.receive(isRawText(message) ? message.raw : JSON.stringify(message)),
    next: (matches) => inbox.next(matches),
    nextBatch: () => inbox.nextBatch(),
    until: (matches) => inbox.until(matches),
    end: async () => {
      await connection.drain(5000);
      inbox.end(new Error("The server has ended"));
      return inbox.rest();
    },
  };
}
