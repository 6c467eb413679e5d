import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { JsonObject } from "@towpath/mcp-core";
import { messageIn } from "./inbox.js";
import type { RawConnection, ServerEnd } from "./target.js";

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A server's process, and the lines that go in and out of it. */
export async function startRaw(
  command: string,
  args: readonly string[],
  stderr: (text: string) => void,
): Promise<RawConnection> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], windowsHide: true });
  child.stderr.setEncoding("utf8").on("data", stderr);
  // A server that is gone is reported by its exit.
  child.stdin.on("error", () => undefined);
  const exited = once(child, "close");
  await once(child, "spawn");
  return new RawStdio(child, exited);
}

class RawStdio implements RawConnection {
  readonly #child: Child;
  readonly #exited: Promise<unknown>;
  readonly #lines: AsyncIterator<string>;

  constructor(child: Child, exited: Promise<unknown>) {
    this.#child = child;
    this.#exited = exited;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  send(text: string): void {
    this.#child.stdin.write(`${text}\n`);
  }

  async receive(): Promise<JsonObject> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error("The server ended where an answer was due");
    return messageIn(line.value);
  }

  async close(): Promise<ServerEnd> {
    this.#child.stdin.end();
    let unread = 0;
    while ((await this.#lines.next()).done !== true) unread += 1;
    await this.#exited;
    return { by: "stdin ends", exitCode: this.#child.exitCode, signal: this.#child.signalCode, unread };
  }

  abandon(): void {
    this.#child.kill("SIGKILL");
  }
}
