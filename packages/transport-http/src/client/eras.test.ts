import { CrossOriginError } from "@towpath/mcp-core/http-client";
import { ConnectionLostError } from "@towpath/mcp-core/transport";
import { expect, it } from "vitest";
import { isOfHandshakeServer } from "./eras.js";

it("takes a request that a browser stopped for one to a server which lets only headers of the handshake era through", () => {
  const cause = new CrossOriginError(
    new URL("https://mcp.test"),
    "https://app.test",
    new TypeError("failed"),
  );
  const options = { mayHaveBeenDelivered: true };
  expect(isOfHandshakeServer(new ConnectionLostError("lost", { ...options, cause }))).toBe(true);
  expect(isOfHandshakeServer(new ConnectionLostError("lost", options))).toBe(false);
});
