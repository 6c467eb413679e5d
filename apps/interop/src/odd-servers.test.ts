import { McpClient, type McpClientOptions } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { ServerProgram } from "./harness/servers.js";
import { req } from "./requirements/index.js";

/** Waits no longer than needed for a server that will not answer. */
const SOON: McpClientOptions = { probeTimeoutMs: 50 };

async function callOn(client: McpClient, name = "anything"): Promise<unknown> {
  const [first] = (await client.callTool(name)).content;
  return first?.type === "text" ? first.text : first;
}

describe.concurrent("a client copes with a server that", () => {
  it("exits on the probe: it is started once more, and spoken to in the handshake era", async () => {
    const program = new ServerProgram("odd-main", "exits-on-probe");
    const client = await McpClient.connect(program.transport());
    expect(client.revision).toBe("2025-11-25");
    expect(await callOn(client)).toBe("called anything");
    await client.close();
    program.log.expectGone(2);
  });

  it(req("versioning.client-remembers-era"), async () => {
    const program = new ServerProgram("odd-main", "exits-on-probe");
    const client = await McpClient.connect(program.transport());
    await expect(client.callTool("crash")).rejects.toThrow("exited with code 3");
    expect(await callOn(client)).toBe("called anything");
    await client.close();
    program.log.expectGone(3);
  });

  it(req("versioning.client-falls-back-on-silence"), async () => {
    const program = new ServerProgram("odd-main", "silent-on-probe");
    const client = await McpClient.connect(program.transport(), SOON);
    expect(client.era).toBe("handshake");
    expect(await callOn(client)).toBe("called anything");
    await client.close();
    program.log.expectGone(1);
  });

  it("refuses the probe with an error of its own", async () => {
    const program = new ServerProgram("odd-main", "refuses-probe");
    const client = await McpClient.connect(program.transport());
    expect(client.era).toBe("handshake");
    await client.close();
    program.log.expectGone(1);
  });

  it.each([
    ["slow-legacy", "2025-11-25"],
    ["slow-modern", "2026-07-28"],
  ])(
    "starts after the probe has timed out (%s): the first conclusive answer decides",
    async (kind, revision) => {
      const program = new ServerProgram("odd-main", kind);
      const client = await McpClient.connect(program.transport(), SOON);
      expect(client.revision).toBe(revision);
      expect(await callOn(client)).toBe("called anything");
      await client.close();
      program.log.expectGone(1);
    },
  );

  it("answers nothing at all: connecting fails, and the process is ended", async () => {
    const program = new ServerProgram("odd-main", "silent");
    const connecting = McpClient.connect(program.transport(), { ...SOON, timeoutMs: 200 });
    await expect(connecting).rejects.toThrow(/initialize.*200 ms/);
    program.log.expectGone(1);
  });

  it("answers a client of the stateless era alone with nothing: the error names the probe", async () => {
    const program = new ServerProgram("odd-main", "silent-on-probe");
    const connecting = McpClient.connect(program.transport(), { era: "stateless", timeoutMs: 200 });
    await expect(connecting).rejects.toThrow(/server\/discover.*200 ms/);
    program.log.expectGone(1);
  });

  it("prints on its stdout: what is no message is reported and skipped", async () => {
    const noise: string[] = [];
    const program = new ServerProgram("odd-main", "noisy");
    const client = await McpClient.connect(program.transport(), { onNoise: (what) => noise.push(what) });
    expect(await callOn(client)).toBe("called anything");
    await client.close();
    for (const printed of ["Welcome", "this is no JSON", "got a message", "answered"]) {
      expect(noise.join("\n")).toContain(printed);
    }
    program.log.expectGone(1);
  });

  it("prints into the line of an answer: that is reported as noise, and the answer is taken", async () => {
    const program = new ServerProgram("odd-main", "noisy-line");
    const noise: string[] = [];
    const client = await McpClient.connect(program.transport(), { onNoise: (what) => noise.push(what) });
    expect(await callOn(client, "anything")).toBe("called anything");
    expect(noise).toEqual([expect.stringContaining("calling... ")]);
    await client.close();
    program.log.expectGone(1);
  });

  it("answers twice: the second answer is ignored", async () => {
    const program = new ServerProgram("odd-main", "repeating");
    const client = await McpClient.connect(program.transport());
    expect(await Promise.all(["one", "two"].map((name) => callOn(client, name)))).toEqual([
      "called one",
      "called two",
    ]);
    await client.close();
    program.log.expectGone(1);
  });

  it("tears its answer: the call fails at once, and the next one is served", async () => {
    const program = new ServerProgram("odd-main", "torn");
    const client = await McpClient.connect(program.transport());
    await expect(client.callTool("tear")).rejects.toThrow("cannot be read");
    expect(await callOn(client)).toBe("called anything");
    await client.close();
    program.log.expectGone(1);
  });

  it("closes its stdout and stays: calls fail, and the process is ended", async () => {
    const program = new ServerProgram("odd-main", "closes-stdout");
    const client = await McpClient.connect(program.transport({ closeTimeoutMs: 100 }));
    await expect(client.callTool("hang up")).rejects.toThrow("closed its stdout");
    await client.close();
    program.log.expectGone(1);
  });

  it("cannot be started: the error says why", async () => {
    const program = new ServerProgram("odd-main", "silent");
    const connecting = McpClient.connect(program.transport({ command: "no-such-command-anywhere" }));
    await expect(connecting).rejects.toThrow(/no-such-command-anywhere.*PATH/s);
  });
});

describe.concurrent("when a server's process ends, a client", () => {
  it(req("stdio.client-fails-in-flight"), async () => {
    const program = new ServerProgram("odd-main", "crashing");
    const client = await McpClient.connect(program.transport());
    const calls = ["crash", "anything"].map((name) => client.callTool(name));
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({
        status: "rejected",
        reason: {
          name: "ConnectionLostError",
          message: expect.stringMatching(/code 7.*out of luck/s) as string,
          cause: { exitCode: 7 },
        },
      });
    }
    await client.close();
    program.log.expectGone(1);
  });

  it(req("stdio.client-restarts"), async () => {
    const program = new ServerProgram("odd-main", "crashing");
    const client = await McpClient.connect(program.transport());
    await expect(client.callTool("crash")).rejects.toThrow("code 7");
    expect(await callOn(client)).toBe("called anything");
    await client.close();
    program.log.expectGone(2);
  });

  it("gives up on a server that crashes again and again, and says so", async () => {
    const program = new ServerProgram("odd-main", "crashing");
    const reconnect = { attempts: 2, windowMs: 60_000 };
    const client = await McpClient.connect(program.transport({ reconnect }));
    for (let crashes = 0; crashes < 3; crashes += 1) {
      await expect(client.callTool("crash")).rejects.toThrow("code 7");
    }
    await expect(client.callTool("anything")).rejects.toThrow("The connection is gone");
    await client.close();
    program.log.expectGone(3);
  });

  it(req("stdio.client-escalates"), async () => {
    const program = new ServerProgram("stubborn-main");
    const client = await McpClient.connect(program.transport({ closeTimeoutMs: 50, killTimeoutMs: 50 }));
    expect(program.log.pids).toHaveLength(2);
    await client.close();
    program.log.expectGone(2);
    expect(program.log.text).toMatch(/ignored the end of stdin[^]*ignored SIGTERM/);
  });

  it(req("stdio.client-shuts-down"), async () => {
    const program = new ServerProgram("reference-main", JSON.stringify({ leaveTimer: true }));
    const client = await McpClient.connect(program.transport({ closeTimeoutMs: Infinity }));
    await client.close();
    program.log.expectGone(1);
  });

  it(req("stdio.stderr-is-free"), async () => {
    const program = new ServerProgram("reference-main");
    const client = await McpClient.connect(program.transport());
    await client.callTool("print", { text: "ERROR: everything is on fire" });
    await program.log.line("ERROR: everything is on fire");
    expect((await client.callTool("echo", { text: "fine" })).content).toMatchObject([{ text: "fine" }]);
    await client.close();
    program.log.expectGone(1);
  });
});
