import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { McpClient } from "@towpath/mcp-core";
import { stdioClient } from "@towpath/transport-stdio";
import { describe, expect, it } from "vitest";

const moduleArguments = (code: string): string[] => ["--input-type=module", "-e", code];
const cwd = new URL("..", import.meta.url); // from where the packages are found by name

describe("a program that waits for nothing but a call in memory", () => {
  it("lives until the call has timed out", async () => {
    const code = `
      import { McpClient, McpServer } from "@towpath/mcp-core";
      const mcp = new McpServer("silent");
      mcp.tool("never", {}, () => new Promise(() => {}));
      const client = await McpClient.connect(mcp);
      await client.callTool("never", {}, { timeoutMs: 50 }).catch((error) => console.log(error.name));
    `;
    const child = spawn(process.execPath, moduleArguments(code), {
      cwd,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [printed] = await Promise.all([text(child.stdout), once(child, "exit")]);
    expect([printed, child.exitCode]).toEqual(["RequestTimeoutError\n", 0]);
  });
});

describe.each(["handshake", "stateless"] as const)(
  "closing a client with a call in flight, %s era",
  (era) => {
    it("cancels the call, and the server ends in order", async () => {
      const code = `
      import { stat } from "node:fs/promises";
      import { McpServer } from "@towpath/mcp-core";
      import { stdio } from "@towpath/transport-stdio";
      const mcp = new McpServer("busy");
      mcp.tool("work", {}, async (_, { signal, progress }) => {
        await progress(1);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        await stat("."); // what cleaning up does takes several turns
        console.error("stopped in order");
      });
      process.on("exit", (code) => console.error("exit", code));
      await mcp.run(stdio());
    `;
      const stderr: string[] = [];
      const transport = stdioClient({
        command: process.execPath,
        args: moduleArguments(code),
        cwd,
        stderr: (chunk) => stderr.push(chunk),
        closeTimeoutMs: 60_000,
      });
      const client = await McpClient.connect(transport, { era });
      const called = await new Promise<Promise<unknown>[]>((resolve) => {
        const call = client
          .callTool("work", {}, { onProgress: () => resolve([call]) })
          .catch((error: unknown) => error);
      });
      await client.close();
      expect(await called[0]).toMatchObject({ name: "ConnectionLostError" });
      expect(stderr.join("")).toBe("stopped in order\nexit 0\n");
    });
  },
);
