import { McpClient, type Revision } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { ServerProgram } from "./harness/servers.js";
import { req } from "./requirements/index.js";
import { HANDSHAKE, STATELESS } from "./requirements/requirement.js";

const MODERN: readonly Revision[] = STATELESS;
const LEGACY: readonly Revision[] = HANDSHAKE;
const DUAL: readonly Revision[] = [...HANDSHAKE, ...STATELESS];

interface Cell {
  readonly title: string;
  readonly client: readonly Revision[];
  readonly server: readonly Revision[];
}

const works: readonly (Cell & { readonly revision: Revision })[] = [
  { title: req("matrix.modern-modern"), client: MODERN, server: MODERN, revision: "2026-07-28" },
  { title: req("matrix.modern-dual"), client: MODERN, server: DUAL, revision: "2026-07-28" },
  { title: req("matrix.dual-modern"), client: DUAL, server: MODERN, revision: "2026-07-28" },
  { title: req("matrix.dual-legacy"), client: DUAL, server: LEGACY, revision: "2025-11-25" },
  { title: req("matrix.dual-dual"), client: DUAL, server: DUAL, revision: "2026-07-28" },
  { title: req("matrix.legacy-dual"), client: LEGACY, server: DUAL, revision: "2025-11-25" },
  { title: req("matrix.legacy-legacy"), client: LEGACY, server: LEGACY, revision: "2025-11-25" },
];

const fails: readonly (Cell & { readonly says: readonly string[] })[] = [
  { title: req("matrix.modern-legacy"), client: MODERN, server: LEGACY, says: ["2026-07-28", "earlier"] },
  {
    title: req("matrix.legacy-modern"),
    client: LEGACY,
    server: MODERN,
    says: ["Unsupported protocol version", "2026-07-28"],
  },
];

describe.concurrent("the compatibility matrix on stdio", () => {
  for (const { title, client, server, revision } of works) {
    it(title, async () => {
      expect(await revisionBetween(client, server)).toBe(revision);
    });
  }

  for (const { title, client, server, says } of fails) {
    it(title, async () => {
      const program = serverSpeaking(server);
      const failure = await McpClient.connect(program.transport(), { revisions: client }).catch(String);
      for (const words of says) expect(failure).toContain(words);
      program.log.expectGone(1);
    });
  }
});

describe.concurrent("the handshake on stdio", () => {
  it.each(HANDSHAKE)("agrees on %s with a client that speaks no later one", async (revision) => {
    const known = HANDSHAKE.slice(0, HANDSHAKE.indexOf(revision) + 1);
    expect(await revisionBetween(known, DUAL)).toBe(revision);
  });

  it.each(HANDSHAKE)("agrees on %s with a server that speaks no later one", async (revision) => {
    const known = HANDSHAKE.slice(0, HANDSHAKE.indexOf(revision) + 1);
    expect(await revisionBetween(DUAL, known)).toBe(revision);
  });

  it("fails where the revisions do not overlap, and names both sides'", async () => {
    const program = serverSpeaking(["2025-06-18"]);
    const connecting = McpClient.connect(program.transport(), { revisions: ["2024-11-05"] });
    await expect(connecting).rejects.toThrow(/2025-06-18.*2024-11-05/);
    program.log.expectGone(1);
  });
});

/** The revision client and server agree on. Both then do some work; the process is gone afterwards. */
async function revisionBetween(client: readonly Revision[], server: readonly Revision[]): Promise<Revision> {
  const program = serverSpeaking(server);
  const connected = await McpClient.connect(program.transport(), { revisions: client });
  const { content } = await connected.callTool("echo", { text: "over the matrix" });
  expect(content).toEqual([{ type: "text", text: "over the matrix" }]);
  await connected.close();
  program.log.expectGone(1);
  return connected.revision;
}

function serverSpeaking(revisions: readonly Revision[]): ServerProgram {
  return new ServerProgram("reference-main", JSON.stringify({ revisions }));
}
