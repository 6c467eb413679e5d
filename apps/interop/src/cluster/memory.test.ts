import { ERAS } from "@towpath/mcp-core/testing";
import { describe, it } from "vitest";
import { check } from "./check.js";
import type { Way } from "./way.js";

const ways: readonly Way[] = ERAS.map((era) => ({
  name: `pipes, in the ${era} era`,
  client: { era },
  transport: (cluster) => cluster.transport(),
  resumes: false,
  sticks: true,
  // Attempts to subscribe anew on a node that is being drained count as well.
  deafAfter: era === "stateless" ? 1 : 3,
  spreads: era === "stateless",
}));

describe.each(ways)("a cluster over $name", (way) => {
  it("ends every call once, and tells every subscriber once", () => check(() => way));
});
