import type { Dispatcher } from "@towpath/mcp-core/transport";
import { CountedLinks } from "@towpath/test-support/counted-links.js";
import { onTestFinished } from "vitest";
import { sse, type SseServerOptions } from "../../src/index.js";

export interface Started {
  /** Where sessions are opened. */
  readonly url: string;
  readonly port: number;
  readonly links: CountedLinks;
  readonly drain: (options?: { readonly timeoutMs?: number }) => Promise<void>;
}

/** Serves on a port of its own until the test has ended. */
export async function startServer(mcp: Dispatcher, options: SseServerOptions = {}): Promise<Started> {
  const links = new CountedLinks(mcp);
  const listener = await sse({ port: 0, ...options }).start(links);
  onTestFinished(() => listener.drain({ timeoutMs: 0 }));
  const url = listener.urls?.[0] ?? "";
  return { url, port: Number(new URL(url).port), links, drain: (how) => listener.drain(how) };
}
