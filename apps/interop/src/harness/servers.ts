import type { ClientTransport } from "@towpath/mcp-core";
import { stdioClient, type StdioClientOptions } from "@towpath/transport-stdio";
import { streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { webSocketClient } from "@towpath/transport-ws";
import {
  FORGET_SIGNAL,
  HTTP_ARGUMENT,
  JSON_ARGUMENT,
  RESUMABLE_ARGUMENT,
  SESSIONS_ARGUMENT,
  SSE_ARGUMENT,
  WEB_SOCKET_ARGUMENT,
} from "../fixtures/served-as.js";
import type { Transport } from "../requirements/index.js";
import { FixtureProcess } from "./fixture-process.js";
import { programPath, type Program } from "./programs.js";
import { ServerLog } from "./server-log.js";

/** How to start a fixture, and what becomes of its processes. */
export class ServerProgram {
  readonly log = new ServerLog();
  readonly command = process.execPath;
  readonly args: string[];

  constructor(program: Program, ...args: readonly string[]) {
    this.args = [programPath(program), ...args];
  }

  /** Our client's transport to it. */
  transport(options: Partial<StdioClientOptions> = {}) {
    return stdioClient({ command: this.command, args: this.args, stderr: this.log.take, ...options });
  }

  /** Its process has ended with the client that started it. */
  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** A fixture: to be started and spoken to on its pipes, or running and spoken to on a port. */
export type Served = ServerProgram | HttpProgram;

/** What a fixture is told to serve on a port, with what the official servers can be told besides. */
const ARGUMENTS = {
  "streamable-http": HTTP_ARGUMENT,
  "streamable-http-sessions": SESSIONS_ARGUMENT,
  "streamable-http-resumable": RESUMABLE_ARGUMENT,
  "streamable-http-json": JSON_ARGUMENT,
  sse: SSE_ARGUMENT,
  websocket: WEB_SOCKET_ARGUMENT,
};

export type OverHttp = keyof typeof ARGUMENTS;
export type Over = Exclude<Transport, "memory"> | OverHttp;

/** Serves a fixture over that transport. */
export async function serving(program: Program, over: Over): Promise<Served> {
  return over === "stdio" ? new ServerProgram(program) : HttpProgram.start(program, over);
}

/** A fixture that serves on a port, in a process of its own. */
export class HttpProgram {
  readonly #process: FixtureProcess;
  readonly over: OverHttp;
  readonly url: URL;

  static async start(program: Program, over: OverHttp): Promise<HttpProgram> {
    const server = new FixtureProcess(program, [ARGUMENTS[over]]);
    return new HttpProgram(server, over, new URL(await server.log.after("listening on ")));
  }

  private constructor(process: FixtureProcess, over: OverHttp, url: URL) {
    this.#process = process;
    this.over = over;
    this.url = url;
  }

  get log(): ServerLog {
    return this.#process.log;
  }

  /** Our client’s transport to it, or to what stands before it. */
  transport(url = this.url): ClientTransport {
    if (this.over === "sse") return sseClient(url, { reconnect: { delayMs: 1 } });
    if (this.over === "websocket") return webSocketClient(url);
    return streamableHttpClient(url, { resumption: { delayMs: 1 } });
  }

  /** Has an official server forget its sessions. */
  async forgetSessions(): Promise<void> {
    for (const pid of this.log.pids) process.kill(pid, FORGET_SIGNAL);
    await this.log.line("sessions forgotten");
  }

  /** Tells it to end. @throws Error unless it does so in peace */
  async end(): Promise<void> {
    const { code, signal } = await this.#process.terminate();
    if (code !== 0) throw new Error(`It exited with ${String(code ?? signal)}; its stderr: ${this.log.text}`);
  }
}
