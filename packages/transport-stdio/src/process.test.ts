import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFixtures, type Fixtures } from "../test/build-fixture.js";
import { LifeLine, script, STUBBORN } from "../test/scripts.js";

let fixtures: Fixtures;
beforeAll(async () => (fixtures = await buildFixtures()));
afterAll(() => fixtures.remove());

/** A real server process, spoken to in plain lines. */
class Server {
  readonly child: ChildProcessWithoutNullStreams;
  stderr = "";
  readonly #lines: AsyncIterator<string>;

  constructor(env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [fixtures.path("server")], { env: { ...process.env, ...env } });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  send(message: object): void {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  call(id: number, name: string, args: object = {}): void {
    this.send({ id, method: "tools/call", params: { name, arguments: args } });
  }

  async initialize(): Promise<void> {
    const clientInfo = { name: "test", version: "1" };
    this.send({
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo },
    });
    await this.next();
  }

  async next(): Promise<unknown> {
    const line = await this.#lines.next();
    return line.done === true ? undefined : (JSON.parse(line.value) as unknown);
  }

  async saysOnStderr(text: string): Promise<void> {
    while (!this.stderr.includes(text)) await once(this.child.stderr, "data");
  }

  async exit(): Promise<unknown> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "exit");
    return this.child.signalCode ?? this.child.exitCode;
  }
}

async function start(env?: Record<string, string>): Promise<Server> {
  const server = new Server(env);
  await server.initialize();
  return server;
}

describe("a server process", () => {
  it("keeps stdout for MCP: what else is printed goes to stderr", async () => {
    const server = await start();
    server.call(1, "print");
    expect(await server.next()).toMatchObject({ id: 1, result: { content: [{ text: "printed" }] } });
    server.child.stdin.end();
    expect(await server.next()).toBeUndefined();
    expect(await server.exit()).toBe(0);
    expect(server.stderr).toBe("from console.log\nfrom process.stdout.write\n");
  });

  it("ends when stdin ends, though a timer is left running", async () => {
    const server = await start();
    server.child.stdin.end();
    expect(await server.exit()).toBe(0);
  });

  it.each([
    ["stdin ended", (server: Server) => server.child.stdin.end()],
    ["SIGTERM came", (server: Server) => server.child.kill("SIGTERM")],
    ["SIGINT came", (server: Server) => server.child.kill("SIGINT")],
  ])("answers what is in flight before it ends, when %s", async (_, end) => {
    const server = await start();
    server.call(1, "finish-when-told");
    await server.saysOnStderr("begun");
    end(server);
    server.child.kill("SIGUSR2");
    expect(await server.next()).toMatchObject({ id: 1, result: { content: [{ text: "finished" }] } });
    expect(await server.exit()).toBe(0);
  });

  it("ends after the grace period, whatever is still in flight", async () => {
    const server = await start({ GRACE_MS: "1" });
    server.call(1, "never");
    await server.saysOnStderr("begun");
    server.child.stdin.end();
    expect(await server.exit()).toBe(0);
  });

  it.each([
    ["stdin ended and SIGTERM came", "SIGTERM", { GRACE_MS: "600000" }],
    ["stdin ended and SIGINT came", "SIGINT", { GRACE_MS: "600000" }],
    ["the grace period is over", undefined, { GRACE_MS: "1" }],
  ] as const)("aborts what is in flight and lets it clean up, when %s", async (_, signal, env) => {
    const server = await start(env);
    server.call(1, "tidy");
    await server.saysOnStderr("begun");
    server.child.stdin.end();
    if (signal !== undefined) server.child.kill(signal);
    expect(await server.next()).toBeUndefined();
    expect(await server.exit()).toBe(0);
    expect(server.stderr).toBe("begun\ntidied up\n");
  });

  it("aborts what is in flight and lets it clean up, when nobody reads its stdout any more", async () => {
    const server = await start();
    server.call(1, "tidy");
    await server.saysOnStderr("begun");
    server.child.stdout.destroy();
    server.call(2, "echo");
    expect(await server.exit()).toBe(0);
    expect(server.stderr).toBe("begun\ntidied up\n");
  });

  it("ends quietly when nobody reads its stdout any more", async () => {
    const server = await start();
    server.child.stdout.destroy();
    server.call(1, "echo");
    expect(await server.exit()).toBe(0);
    expect(server.stderr).toBe("");
  });

  it("takes and returns a message of 50 MB", async () => {
    const server = await start();
    const text = "x".repeat(50_000_000);
    server.call(1, "echo", { text });
    // Compared by hand: a failed assertion would print it.
    expect(JSON.stringify(await server.next()).includes(text)).toBe(true);
    server.child.stdin.end();
    expect(await server.exit()).toBe(0);
  });

  it("does not load what only clients need", async () => {
    const server = await start();
    server.call(1, "modules");
    const answer = JSON.stringify(await server.next());
    expect(answer).toContain("NativeModule net");
    expect(answer).not.toContain("NativeModule child_process");
    server.child.stdin.end();
    await server.exit();
  });
});

describe("a client process", () => {
  it("leaves no server behind when it exits without closing it, and shows the server's stderr as its own", async () => {
    const line = await LifeLine.open();
    const server = script(`
      ${STUBBORN} ${line.connect}
      process.stderr.write("from the server\\n", () => send({ method: "notifications/message" }));
    `);
    const client = spawn(process.execPath, [fixtures.path("client"), process.execPath, "-e", server]);
    let stderr = "";
    client.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    expect(await once(client, "exit")).toEqual([0, null]);
    await line.ended();
    expect(stderr).toBe("from the server\n");
    line.close();
  });
});
