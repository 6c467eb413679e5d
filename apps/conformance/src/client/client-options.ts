import { REVISIONS, type McpClientOptions } from "@towpath/mcp-core";

/** Less than the suite gives a scenario, so that the client can still say what it waited for. */
const TIMEOUT_MS = 10_000;

/**
 * A client that speaks one revision only, or any, and answers every question without troubling anybody: forms are
 * sent back as they are, with their defaults.
 * @throws RangeError for a revision that is not known
 */
export function clientOptions(revision: string | undefined): McpClientOptions {
  return {
    info: { name: "towpath-conformance-client", version: "1.0.0" },
    ...(revision !== undefined && { revisions: [knownRevision(revision)] }),
    timeoutMs: TIMEOUT_MS,
    elicit: () => ({ action: "accept", content: {} }),
    sample: () => ({
      role: "assistant",
      content: { type: "text", text: "A sample" },
      model: "none",
    }),
    roots: [{ uri: "file:///workspace", name: "workspace" }],
    onNoise: (description) => {
      console.error(description);
    },
  };
}

function knownRevision(revision: string): (typeof REVISIONS)[number] {
  const known = REVISIONS.find((one) => one === revision);
  if (known !== undefined) return known;
  throw new RangeError(
    `MCP_CONFORMANCE_PROTOCOL_VERSION must be one of ${REVISIONS.join(", ")}, not ${revision}`,
  );
}
