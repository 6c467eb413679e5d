import { stdioClient, type StdioClientOptions } from "@towpath/transport-stdio";
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
}
