import { connectAll, parseConfig } from "@towpath/mcp-core/config";
import { streamableHttpClient } from "@towpath/transport-http";
import { ServerStartError, stdioClient } from "@towpath/transport-stdio";
import { describe, expect, it } from "vitest";
import { programPath } from "./harness/programs.js";
import { HttpProgram } from "./harness/servers.js";

const text = JSON.stringify({
  mcpServers: {
    started: { command: "${NODE}", args: ["${PROGRAM}"], timeout: 60 },
    "over-http": {
      transport: "streamable-http",
      url: "${URL}",
      headers: { "X-Caller": "${CALLER:-nobody}" },
    },
    missing: { command: "/no/such/program" },
    "not-used": { command: "${NOT_SET}", disabled: true },
  },
});

describe("a configuration", () => {
  it("is connected to in processes and over HTTP, but for what cannot be", async () => {
    const running = await HttpProgram.start("zod-main", "streamable-http");
    const env = {
      NODE: process.execPath,
      PROGRAM: programPath("zod-main"),
      URL: running.url.href,
    };
    const connections = await connectAll(
      parseConfig(text, { env }),
      {
        stdio: (target) => stdioClient({ ...target, stderr: "ignore" }),
        streamableHttp: streamableHttpClient,
      },
      { onFailure: () => undefined },
    );
    for (const name of ["started", "over-http"]) {
      const { structuredContent } = await connections.client(name).callTool("add", { a: 2 });
      expect(structuredContent).toEqual({ sum: 3 });
    }
    expect([...connections.failures.keys()]).toEqual(["missing"]);
    expect(connections.failures.get("missing")).toBeInstanceOf(ServerStartError);
    await connections.close();
    await running.end();
  });
});
