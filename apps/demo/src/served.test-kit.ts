import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "@towpath/mcp-core";

export const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built demo to its end. */
export async function runDemo(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outputs = [text(child.stdout), text(child.stderr)] as const;
  await once(child, "close");
  const [stdout, stderr] = await Promise.all(outputs);
  return { code: child.exitCode, stdout, stderr };
}

const URL_LINE = /^The notebook is at (\S+)$/;
const PAGE_LINE = /^Try it at (\S+)$/;

/** The built demo as it serves over HTTP, in a process of its own. */
export class Served {
  /** Of Streamable HTTP. */
  readonly url: string;
  /** Of all it is served on. */
  readonly urls: readonly string[];
  /** Of the playground. */
  readonly page: string;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** All that it writes to stdout, once it has ended. */
  readonly stdout: Promise<string>;
  readonly #ended: Promise<unknown>;

  static async start(...args: readonly string[]): Promise<Served> {
    const options = ["--transport", "streamable-http", "--port", "0", ...args];
    const child = spawn(process.execPath, [program, "serve", ...options], { stdio: "pipe" });
    const ended = once(child, "close");
    const stdout = text(child.stdout);
    const urls: string[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      const url = URL_LINE.exec(line)?.[1];
      if (url !== undefined) urls.push(url);
      const page = PAGE_LINE.exec(line)?.[1];
      if (page !== undefined) return new Served(urls, page, child, stdout, ended);
    }
    throw new Error("The demo did not say where it serves");
  }

  private constructor(
    urls: readonly string[],
    page: string,
    child: Served["child"],
    stdout: Promise<string>,
    ended: Promise<unknown>,
  ) {
    this.url = urls[0] ?? "";
    this.urls = urls;
    this.page = page;
    this.child = child;
    this.stdout = stdout;
    this.#ended = ended;
  }

  /** Settles with the exit code, once it has drained. */
  async end(): Promise<number | null> {
    this.child.kill("SIGTERM");
    await this.#ended;
    return this.child.exitCode;
  }

  /** Sends a message as a client does. */
  post(message: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(this.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", ...message }),
    });
  }
}

/** The messages of an answer that is a stream of events; the last is the response. */
export async function* messagesOf({ body }: Response): AsyncGenerator<JsonObject, void, undefined> {
  if (body === null) throw new Error("The answer has no body");
  let rest = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const events = (rest + chunk).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const data = /^data: (.+)$/m.exec(event)?.[1];
      // What it sends is a message each time.
      if (data !== undefined) yield JSON.parse(data) as JsonObject;
    }
  }
}
