import type { Dispatcher } from "@towpath/mcp-core/transport";
import { onTestFinished } from "vitest";
import { streamableHttp, type StreamableHttpOptions } from "../../src/index.js";
import { CountedLinks } from "@towpath/test-support/counted-links.js";

export interface Started {
  readonly url: string;
  readonly port: number;
  readonly links: CountedLinks;
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/** Serves on a port of its own until the test has ended. */
export async function startServer(mcp: Dispatcher, options: StreamableHttpOptions = {}): Promise<Started> {
  const links = new CountedLinks(mcp);
  const listener = await streamableHttp({ port: 0, ...options }).start(links);
  onTestFinished(() => listener.drain({ timeoutMs: 0 }));
  const url = listener.urls?.[0] ?? "";
  return { url, port: Number(new URL(url).port), links, drain: (how) => listener.drain(how) };
}
