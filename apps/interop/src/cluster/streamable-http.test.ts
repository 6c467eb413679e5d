import type { Revision } from "@towpath/mcp-core";
import { fetchHandler, streamableHttpClient } from "@towpath/transport-http/fetch";
import { describe, it } from "vitest";
import { check } from "./check.js";
import type { Way } from "./way.js";

const over = (revision: Revision, more: Pick<Way, "resumes" | "deafAfter" | "spreads">): Way => ({
  ...more,
  name: `Streamable HTTP, in revision ${revision}`,
  client: { revisions: [revision] },
  serve: (mcp, { clock }) => fetchHandler(mcp, { sessions: true, clock, onError: () => undefined }),
  transport: ({ url, fetch, clock }) => streamableHttpClient(url, { fetch, clock }),
  sticks: false,
});

const ways: readonly Way[] = [
  over("2025-06-18", { resumes: true, deafAfter: Infinity, spreads: false }),
  over("2025-11-25", { resumes: true, deafAfter: Infinity, spreads: false }),
  over("2026-07-28", { resumes: false, deafAfter: 3, spreads: true }),
];

describe.each(ways)("a cluster over $name", (way) => {
  it("ends every call once, and tells every subscriber once", () => check(() => way));
});
