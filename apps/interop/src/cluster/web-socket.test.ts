import { ERAS } from "@towpath/mcp-core/testing";
import { describe, it } from "vitest";
import { check } from "./check.js";
import { WebSocketFleet } from "./web-socket-fleet.js";

describe.each(ERAS)("a cluster over WebSocket, in the %s era", (era) => {
  it("ends every call once, and tells every subscriber once", () =>
    check(() => {
      const fleet = new WebSocketFleet();
      return {
        name: "WebSocket",
        client: { era },
        serve: fleet.serve,
        transport: (cluster) => fleet.transport(cluster),
        sockets: fleet,
        resumes: false,
        sticks: true,
        deafAfter: era === "stateless" ? 1 : 3,
        spreads: era === "stateless",
      };
    }));
});
