import { fetchHandler, sseClient } from "@towpath/transport-sse/fetch";
import { describe, it } from "vitest";
import { check } from "./check.js";
import type { Way } from "./way.js";

const sse: Way = {
  name: "HTTP+SSE",
  client: { era: "handshake" },
  serve: (mcp, { clock }) => fetchHandler(mcp, { clock, onError: () => undefined }),
  transport: ({ url, fetch, clock }) => sseClient(new URL("/sse", url), { fetch, clock }),
  resumes: false,
  sticks: true,
  deafAfter: 3,
  spreads: true,
};

describe(`a cluster over ${sse.name}`, () => {
  it("ends every call once, and tells every subscriber once", () => check(() => sse));
});
