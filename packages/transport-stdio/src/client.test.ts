import { once } from "node:events";
import { chmod, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pathToFileURL } from "node:url";
import { McpClient } from "@towpath/mcp-core";
import { ConnectionLostError, type ClientConnection, type JsonRpcMessage } from "@towpath/mcp-core/transport";
import { describe, expect, it, onTestFinished } from "vitest";
import { LifeLine, script, STUBBORN } from "../test/scripts.js";
import { stdioClient, type StdioClientOptions } from "./client.js";
import { ServerExitedError, ServerStartError } from "./server-errors.js";

/** Far more than any of these servers needs; for those that are not expected to wait. */
const PATIENT = { closeTimeoutMs: 1e9, killTimeoutMs: 1e9 };

async function connect(source: string, options: Partial<StdioClientOptions> = {}) {
  const messages: JsonRpcMessage[] = [];
  const noise: string[] = [];
  const transport = stdioClient({
    command: process.execPath,
    args: ["-e", source],
    stderr: "ignore",
    ...PATIENT,
    ...options,
  });
  const connection = await transport.connect({
    message: (message) => messages.push(message),
    noise: (text) => noise.push(text),
  });
  onTestFinished(() => connection.close());
  return { connection, messages, noise };
}

let id = 0;
function call(connection: ClientConnection, method: string, params = {}): Promise<unknown> {
  id += 1;
  return connection.request({ jsonrpc: "2.0", id, method, params }).response;
}

/** What a call that must fail fails with. */
async function failure(
  response: Promise<unknown>,
): Promise<{ lost: ConnectionLostError; exit: ServerExitedError }> {
  const lost: unknown = await response.catch((error: unknown) => error);
  if (!(lost instanceof ConnectionLostError)) throw new Error(`Not a ConnectionLostError: ${String(lost)}`);
  if (!(lost.cause instanceof ServerExitedError))
    throw new Error(`Not a ServerExitedError: ${String(lost.cause)}`);
  return { lost, exit: lost.cause };
}

describe("stdioClient: a server", () => {
  it("is started, and answers", async () => {
    const { connection } = await connect(script());
    expect(await call(connection, "echo", { text: "grün" })).toMatchObject({ result: { text: "grün" } });
  });

  it("gets a safe environment and what was asked for", async () => {
    process.env["TOWPATH_TEST_SECRET"] = "secret";
    onTestFinished(() => {
      delete process.env["TOWPATH_TEST_SECRET"];
    });
    const source = script(`send({ method: "env", params: process.env });`);
    const { connection, messages } = await connect(source, { env: { ASKED_FOR: "1" } });
    await call(connection, "echo");
    expect(messages).toMatchObject([{ params: { ASKED_FOR: "1", PATH: process.env["PATH"] } }]);
    expect(JSON.stringify(messages)).not.toContain("TOWPATH_TEST_SECRET");
  });

  it.each([
    ["a path", (path: string) => path],
    ["a URL", (path: string) => pathToFileURL(path)],
  ])("runs in the directory given as %s", async (_, form) => {
    const cwd = await realpath(tmpdir());
    const { connection } = await connect(
      script("handlers.cwd = ({ id }) => send({ id, result: { cwd: process.cwd() } })"),
      {
        cwd: form(cwd),
      },
    );
    expect(await call(connection, "cwd")).toMatchObject({ result: { cwd } });
  });

  it("takes and returns a message of 50 MB", async () => {
    const source = `
      let bytes = 0;
      process.stdin.on("data", (chunk) => {
        bytes += chunk.length;
        if (chunk.at(-1) !== 10) return;
        process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id: "big", result: { bytes, text: "x".repeat(5e7) } }) + "\\n");
      });`;
    const { connection } = await connect(source);
    const message = { jsonrpc: "2.0", id: "big", method: "x", params: { text: "x".repeat(5e7) } } as const;
    const answer = JSON.stringify(await connection.request(message).response);
    expect(answer.slice(0, 60)).toContain(`"bytes":${String(JSON.stringify(message).length + 1)}`);
    expect(answer.length).toBeGreaterThan(5e7);
  });

  it("may write what is no MCP to stdout: it is reported and skipped", async () => {
    const { connection, noise } = await connect(script(`console.log("Listening…\\n\\n{}");`));
    await call(connection, "echo");
    expect(noise).toEqual(["not JSON: Listening…", "not an MCP message: {}"]);
  });

  it("may write a message that is too long: it is reported and skipped, and its call fails", async () => {
    const { connection, noise } = await connect(script(), { maxMessageBytes: 1000 });
    const text = "x".repeat(100_000);
    await expect(call(connection, "echo", { text })).rejects.toThrow(
      "more than 1000 bytes (maxMessageBytes)",
    );
    expect(noise).toEqual([expect.stringContaining("more than 1000 bytes")]);
    expect(await call(connection, "echo")).toMatchObject({ result: {} });
  });

  it("may write to stderr, which goes where it is told to, and whose characters stay whole", async () => {
    const stream = new PassThrough({ encoding: "utf8" });
    const texts: string[] = [];
    for (const stderr of [stream, (text: string) => texts.push(text)]) {
      const source = script(
        `process.stderr.write(Buffer.from([0xc3])); process.stderr.write(Buffer.from([0xbc]));`,
      );
      const { connection } = await connect(source, { stderr });
      await connection.close();
    }
    expect(stream.read()).toBe("ü");
    expect(texts.join("")).toBe("ü");
  });

  it("is told to wait while nobody reads what it writes to stderr", async () => {
    const stderr = new PassThrough({ highWaterMark: 1 });
    const { connection } = await connect(script(`process.stderr.write("x".repeat(1e6));`), { stderr });
    await once(stderr, "readable");
    expect(stderr.readableLength + stderr.writableLength).toBeLessThan(500_000);
    stderr.resume();
    await connection.close();
  });
});

describe("stdioClient: a server that cannot be started", () => {
  it.each([
    [
      "an unknown command",
      { command: "no-such-command-anywhere" },
      "no such command. Check that it is installed and on",
    ],
    ["a path to nothing", { command: "./no/such/file" }, "no such command. Check the path"],
    [
      "a directory that does not exist",
      { cwd: "/no/such/directory" },
      "its directory /no/such/directory does not exist",
    ],
  ])("is reported: %s", async (_, options, text) => {
    const started = connect(script(), options);
    await expect(started).rejects.toThrow(ServerStartError);
    await expect(started).rejects.toMatchObject({
      code: "ENOENT",
      message: expect.stringContaining(text) as unknown,
    });
  });

  it("is reported: a file that may not be executed", async () => {
    const directory = await mkdtemp(join(tmpdir(), "towpath-stdio-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const command = join(directory, "server");
    await writeFile(command, "#!/bin/sh\n");
    await chmod(command, 0o644);
    await expect(connect("", { command })).rejects.toThrow(
      `Cannot start the server ${JSON.stringify(command)}: it may not`,
    );
  });
});

describe("stdioClient: a server that is lost", () => {
  it("fails the calls in flight with its exit code and the end of its stderr", async () => {
    const source = script(
      `handlers.crash = () => { process.stderr.write("disk full\\n"); process.exitCode = 3; process.exit(); }`,
    );
    const { connection } = await connect(source);
    const calls = [call(connection, "wait"), call(connection, "crash")];
    for (const response of calls) {
      const { lost, exit } = await failure(response);
      expect(lost.mayHaveBeenDelivered).toBe(true);
      expect(exit).toMatchObject({
        exitCode: 3,
        signal: null,
        stderrTail: "disk full\n",
        command: process.execPath,
      });
      expect(exit.message).toContain("exited with code 3; its stderr ends with:\ndisk full");
    }
    expect(await connection.closed).toMatchObject({ kind: "lost", error: { exitCode: 3 } });
  });

  it("fails the calls in flight with the signal", async () => {
    const { connection } = await connect(
      script(`handlers.crash = () => process.kill(process.pid, "SIGKILL");`),
    );
    const { exit } = await failure(call(connection, "crash"));
    expect(exit).toMatchObject({ exitCode: null, signal: "SIGKILL" });
    expect(exit.message).toContain("was ended by SIGKILL");
  });

  it("is lost, too, when it exits with code 0", async () => {
    const { connection } = await connect(script("handlers.leave = () => process.exit(0);"));
    const { exit } = await failure(call(connection, "leave"));
    expect(exit.exitCode).toBe(0);
  });

  it("delivers what the server wrote before it exited", async () => {
    const source = script(
      `handlers.last = ({ id }) => { send({ id, result: { text: "x".repeat(1e6) } }); process.exitCode = 1; process.stdin.destroy(); };`,
    );
    const { connection } = await connect(source);
    expect(JSON.stringify(await call(connection, "last")).includes("x".repeat(1e6))).toBe(true);
    expect(await connection.closed).toMatchObject({ kind: "lost", error: { exitCode: 1 } });
  });

  it("loses an answer that its end has cut, which is no answer that cannot be read", async () => {
    const source = script(
      `handlers.cut = ({ id }) => process.stdout.write('{"jsonrpc":"2.0","id":' + JSON.stringify(id) + ',"result":{"te', () => process.exit(1));`,
    );
    const { connection, noise } = await connect(source);
    const { exit } = await failure(call(connection, "cut"));
    expect(exit.exitCode).toBe(1);
    expect(noise).toEqual(["the beginning of a message, cut by the end of the server"]);
  });

  it("keeps 8,192 characters of stderr", async () => {
    const source = script(
      `handlers.crash = () => process.stderr.write("a" + "b".repeat(8192), () => process.exit(1));`,
    );
    const { connection } = await connect(source);
    const { exit } = await failure(call(connection, "crash"));
    expect(exit.stderrTail).toBe("b".repeat(8192));
  });

  it("rejects messages that were not accepted, and takes no later ones", async () => {
    // It does not read, so the pipe fills up; then it crashes.
    const source = `process.stdout.write("\\n"); setTimeout(() => process.exit(7), 50);`;
    const { connection } = await connect(source, { maxQueuedBytes: 1000 });
    const params = { text: "x".repeat(10_000_000) };
    await expect(connection.notify({ jsonrpc: "2.0", method: "n", params })).rejects.toMatchObject({
      exitCode: 7,
    });
    await connection.closed;
    expect(() => connection.notify({ jsonrpc: "2.0", method: "n" })).toThrow(ConnectionLostError);
  });

  it("is lost when it closes its stdout, and is ended", async () => {
    const line = await LifeLine.open();
    const source = script(
      `${STUBBORN} ${line.connect} handlers.mute = () => require("node:fs").closeSync(1);`,
    );
    const { connection } = await connect(source, { closeTimeoutMs: 0, killTimeoutMs: 0 });
    const { exit } = await failure(call(connection, "mute"));
    expect(exit).toMatchObject({ exitCode: null, signal: null });
    expect(exit.message).toContain("closed its stdout");
    await line.ended();
    line.close();
  });

  it("is lost when it closes its stdin, and is ended", async () => {
    const line = await LifeLine.open();
    const source = script(
      `${STUBBORN} ${line.connect} require("node:fs").closeSync(0); send({ method: "deaf" });`,
    );
    const { connection } = await connect(source, { closeTimeoutMs: 0, killTimeoutMs: 0 });
    await line.connected();
    const { exit } = await failure(call(connection, "echo"));
    expect(exit.message).toContain("takes no more messages");
    await line.ended();
    line.close();
  });

  it("does not leave behind what it started, nor wait for it", async () => {
    const line = await LifeLine.open();
    const source = script(`
      // Ignores SIGTERM, and holds the pipes open.
      require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(STUBBORN + line.connect)}], { stdio: "inherit" });
      handlers.crash = () => process.exit(5);
    `);
    const { connection } = await connect(source, { killTimeoutMs: 50 });
    await line.connected();
    const { exit } = await failure(call(connection, "crash"));
    expect(exit.exitCode).toBe(5);
    await line.ended();
    line.close();
  });

  it("can be started again", async () => {
    const transport = stdioClient({
      command: process.execPath,
      args: ["-e", script("handlers.crash = () => process.exit(1)")],
    });
    expect(transport.reconnect).toEqual({ attempts: 3, windowMs: 60_000 });
    const receiver = { message: () => undefined, noise: () => undefined };
    const first = await transport.connect(receiver);
    await failure(call(first, "crash"));
    const second = await transport.connect(receiver);
    expect(await call(second, "echo")).toMatchObject({ result: {} });
    await second.close();
  });
});

describe("stdioClient: a McpClient's server", () => {
  const source = script(`
    handlers["server/discover"] = ({ id }) => send({ id, error: { code: -32601, message: "?" } });
    handlers.initialize = ({ id, params }) => send({ id, result: {
      protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "x", version: "1" },
    } });
    handlers["tools/call"] = ({ id, params }) => {
      if (params.name === "crash") process.exit(3);
      send({ id, result: { content: [{ type: "text", text: String(process.pid) }] } });
    };
  `);

  async function start(reconnect: StdioClientOptions["reconnect"]): Promise<McpClient> {
    const options = {
      command: process.execPath,
      args: ["-e", source],
      stderr: "ignore",
      ...PATIENT,
    } as const;
    const client = await McpClient.connect(
      stdioClient({ ...options, ...(reconnect !== undefined && { reconnect }) }),
    );
    onTestFinished(() => client.close());
    return client;
  }

  it("is started again for the next call after a crash, within the budget", async () => {
    const client = await start({ attempts: 1, windowMs: 1e9 });
    const first = await client.callTool("pid");
    await expect(client.callTool("crash")).rejects.toMatchObject({ cause: { exitCode: 3 } });
    const second = await client.callTool("pid");
    expect(second.content).not.toEqual(first.content);
    await expect(client.callTool("crash")).rejects.toMatchObject({ cause: { exitCode: 3 } });
    await expect(client.callTool("pid")).rejects.toThrow(ConnectionLostError);
  });

  it("is not started again when that is turned off", async () => {
    const client = await start(false);
    await expect(client.callTool("crash")).rejects.toMatchObject({ cause: { exitCode: 3 } });
    await expect(client.callTool("pid")).rejects.toThrow(ConnectionLostError);
  });
});

describe("stdioClient: closing", () => {
  it("closes stdin, and sends no signal to a server that exits then", async () => {
    let stderr = "";
    const source = script(
      `process.on("SIGTERM", () => process.stderr.write("SIGTERM")); process.on("exit", () => process.stderr.write("bye"));`,
    );
    const { connection } = await connect(source, { stderr: (text) => (stderr += text) });
    await call(connection, "echo");
    await connection.close();
    expect(stderr).toBe("bye");
    expect(await connection.closed).toEqual({ kind: "closed" });
  });

  it("sends what is queued first", async () => {
    let stderr = "";
    const source = script(`handlers.n = () => process.stderr.write("n")`);
    const { connection } = await connect(source, { stderr: (text) => (stderr += text) });
    void connection.notify({ jsonrpc: "2.0", method: "n" });
    await connection.close();
    expect(stderr).toBe("n");
  });

  it("sends SIGTERM to a server that ignores the end of its stdin", async () => {
    let stderr = "";
    const source = script(
      `setInterval(() => undefined, 1e6); process.on("SIGTERM", () => process.stderr.write("SIGTERM", () => process.exit()));`,
    );
    const { connection } = await connect(source, { closeTimeoutMs: 1, stderr: (text) => (stderr += text) });
    await call(connection, "echo");
    await connection.close();
    expect(stderr).toBe("SIGTERM");
  });

  it("kills a server that ignores SIGTERM, and all it started", async () => {
    const [line, lineOfChild] = await Promise.all([LifeLine.open(), LifeLine.open()]);
    const source = script(`
      ${STUBBORN} ${line.connect}
      require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(STUBBORN + lineOfChild.connect)}]);
    `);
    const { connection } = await connect(source, { closeTimeoutMs: 1, killTimeoutMs: 1 });
    await Promise.all([line.connected(), lineOfChild.connected()]);
    await connection.close();
    expect(await connection.closed).toEqual({ kind: "closed" });
    await Promise.all([line.ended(), lineOfChild.ended()]);
    line.close();
    lineOfChild.close();
  });

  it("kills what a server that exited by itself has left behind", async () => {
    const line = await LifeLine.open();
    const source =
      script(`require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(STUBBORN + line.connect)}]).unref();
      process.stdin.on("end", () => process.exit());`);
    const { connection } = await connect(source, { killTimeoutMs: 50 });
    await line.connected();
    await connection.close();
    await line.ended();
    line.close();
  });

  it("fails calls that are still in flight, and takes none any more", async () => {
    const { connection } = await connect(script());
    const inFlight = call(connection, "wait");
    const closed = connection.close();
    const late = call(connection, "echo");
    const [first, second] = await Promise.allSettled([inFlight, late, closed]);
    expect(first).toMatchObject({ reason: { name: "ConnectionLostError" } });
    expect(second).toMatchObject({ reason: { name: "ConnectionLostError", mayHaveBeenDelivered: false } });
  });

  it("may be asked for twice, and after the server was lost", async () => {
    const { connection } = await connect(script("handlers.crash = () => process.exit(1)"));
    await failure(call(connection, "crash"));
    await Promise.all([connection.close(), connection.close()]);
    await connection.close();
    expect(await connection.closed).toMatchObject({ kind: "lost" });
  });
});

describe("stdioClient: this process", () => {
  it("has one exit listener, however many servers run, and none afterwards", async () => {
    const before = process.listenerCount("exit");
    const started = await Promise.all([connect(script()), connect(script()), connect(script())]);
    expect(process.listenerCount("exit")).toBe(before + 1);
    await Promise.all(started.map(({ connection }) => connection.close()));
    expect(process.listenerCount("exit")).toBe(before);
  });
});

describe("stdioClient: options", () => {
  it.each([
    [{ maxMessageBytes: 1.5 }, "maxMessageBytes"],
    [{ closeTimeoutMs: -1 }, "closeTimeoutMs"],
    [{ killTimeoutMs: Number.NaN }, "killTimeoutMs"],
  ])("refuses %j, naming the option", (options, name) => {
    expect(() => stdioClient({ command: "x", ...options })).toThrow(name);
  });

  it("has no reconnect budget when it is turned off", () => {
    expect(stdioClient({ command: "x", reconnect: false })).not.toHaveProperty("reconnect");
  });
});
