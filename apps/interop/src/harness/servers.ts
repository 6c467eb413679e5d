import { stdioClient, type StdioClientOptions } from "@towpath/transport-stdio";
import { HTTP_ARGUMENT, SESSIONS_ARGUMENT } from "../fixtures/serve.js";
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

/** A fixture: to be started and spoken to on its pipes, or running and spoken to over HTTP. */
export type Served = ServerProgram | HttpProgram;

/** Serves a fixture over that transport. */
export async function serving(program: Program, over: Exclude<Transport, "memory">): Promise<Served> {
  if (over === "stdio") return new ServerProgram(program);
  return HttpProgram.start(program, over === "streamable-http-sessions");
}

/** A fixture that serves over HTTP, in a process of its own. */
export class HttpProgram {
  readonly #process: FixtureProcess;
  readonly url: URL;

  static async start(program: Program, sessions: boolean): Promise<HttpProgram> {
    const process = new FixtureProcess(program, [sessions ? SESSIONS_ARGUMENT : HTTP_ARGUMENT]);
    return new HttpProgram(process, new URL(await process.log.after("listening on ")));
  }

  private constructor(process: FixtureProcess, url: URL) {
    this.#process = process;
    this.url = url;
  }

  get log(): ServerLog {
    return this.#process.log;
  }

  /** Tells it to end. @throws Error unless it does so in peace */
  async end(): Promise<void> {
    const { code, signal } = await this.#process.terminate();
    if (code !== 0) throw new Error(`It exited with ${String(code ?? signal)}; its stderr: ${this.log.text}`);
  }
}
