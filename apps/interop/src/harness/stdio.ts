import type { JsonValue } from "@towpath/mcp-core";
import type { ReferenceSettings } from "../fixtures/reference-server.js";
import { isRawText, type Harness, type RawPeer, type RawText } from "./harness.js";
import { Inbox, type Matches, type Message, type Received } from "./inbox.js";
import { FixtureProcess, type Exit } from "./fixture-process.js";

/** The reference server as a process, on its pipes. */
export const stdioHarness: Harness = {
  transport: "stdio",
  open: (_revision, settings) => Promise.resolve(new StdioPeer(settings)),
};

export class StdioPeer implements RawPeer {
  readonly #process: FixtureProcess;
  readonly #inbox = new Inbox();
  readonly #lines: string[] = [];
  #rest = "";

  constructor(settings: ReferenceSettings = {}) {
    this.#process = new FixtureProcess("reference-main", [JSON.stringify(settings)]);
    this.#process.stdout.setEncoding("utf8").on("data", (text: string) => this.#read(text));
    void this.#process.exit.then(({ code, signal }) => {
      const how = `code ${String(code)}, signal ${String(signal)}`;
      this.#inbox.end(new Error(`The server has exited (${how}); its stderr: ${this.#process.log.text}`));
    });
  }

  /** The lines of its stdout, as they came. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Settles when that line was written to stderr. */
  stderrLine(line: string): Promise<void> {
    return this.#process.log.line(line);
  }

  send(message: JsonValue | RawText): void {
    this.write(`${isRawText(message) ? message.raw : JSON.stringify(message)}\n`);
  }

  /** Writes bytes that need not end a line. */
  write(chunk: string | Uint8Array): void {
    this.#process.stdin.write(chunk);
  }

  next(matches: Matches): Promise<Message> {
    return this.#inbox.next(matches);
  }

  nextBatch(): Promise<readonly Message[]> {
    return this.#inbox.nextBatch();
  }

  until(matches: Matches): Promise<readonly Message[]> {
    return this.#inbox.until(matches);
  }

  async end(): Promise<readonly Message[]> {
    const { code, signal } = await this.exit();
    if (code !== 0) {
      throw new Error(
        `The server exited with ${String(code ?? signal)}; its stderr: ${this.#process.log.text}`,
      );
    }
    return this.#inbox.rest();
  }

  /** Ends stdin, and waits for the process to exit. */
  exit(): Promise<Exit> {
    return this.#process.end();
  }

  #read(text: string): void {
    const lines = `${this.#rest}${text}`.split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    this.#lines.push(line);
    try {
      // What the server wrote is for the tests to judge.
      this.#inbox.push(JSON.parse(line) as Received);
    } catch {
      this.#inbox.end(new Error(`There is no message in a line of stdout: ${JSON.stringify(line)}`));
    }
  }
}
