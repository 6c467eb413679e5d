/**
 * `npm run interop:gateways`: our clients and servers with `fastmcp` and `supergateway` of npm, over HTTP+SSE and
 * WebSocket. Says of each pair which revision was spoken; fails if anything did.
 */
import { prepare } from "./environment.js";
import { callFastMcp } from "./fastmcp.js";
import {
  secondOverSse,
  upstream,
  wrappedOverHttp,
  wrappedOverSse,
  wrappedOverWebSocket,
} from "./supergateway.js";

type Check = readonly [title: string, check: () => Promise<string>];

const ERAS = ["handshake", "stateless"] as const;

const checks: readonly Check[] = [
  ["our client over HTTP+SSE, fastmcp server", () => callFastMcp("/sse", "sse")],
  ["our client of a URL alone, fastmcp server at /sse", () => callFastMcp("/sse")],
  ["our client of a URL alone, fastmcp server at /mcp", () => callFastMcp("/mcp")],
  ["our client over HTTP+SSE, supergateway, our server over stdio", () => wrappedOverSse("told")],
  ["our client of a URL alone, supergateway, our server over stdio", () => wrappedOverSse("found")],
  ...ERAS.flatMap((era): readonly Check[] => [
    [
      `our client over Streamable HTTP, supergateway, our server over stdio (${era})`,
      () => wrappedOverHttp(era),
    ],
    [
      `our client over Streamable HTTP, supergateway with sessions, our server over stdio (${era})`,
      () => wrappedOverHttp(era, "--stateful"),
    ],
  ]),
  [
    "our client over stdio, supergateway, our server over HTTP+SSE (handshake)",
    () => upstream("sse", "handshake"),
  ],
  [
    "our client over stdio, supergateway, our server over Streamable HTTP (handshake)",
    () => upstream("streamableHttp", "handshake"),
  ],
];

/** What does not work, and why. */
const known: readonly (readonly [...Check, because: string])[] = [
  ...ERAS.map(
    (era) =>
      [
        `our client over WebSocket, supergateway, our server over stdio (${era})`,
        () => wrappedOverWebSocket(era),
        "it makes numbers of all ids, and ours of the first request is none",
      ] as const,
  ),
  [
    "a second client over HTTP+SSE, supergateway, our server over stdio",
    () => secondOverSse(),
    "it has one process for all clients, and our server is introduced to one client only",
  ],
  ...(["sse", "streamableHttp"] as const).map(
    (over) =>
      [
        `our client of both eras over stdio, supergateway, our server over ${over}`,
        () => upstream(over),
        "it introduces itself when anything but initialize comes first, and cannot be introduced again",
      ] as const,
  ),
];

console.log(`With ${prepare()}`);
let failures = 0;
for (const [title, check] of checks) {
  try {
    console.log(`✓ ${title}: ${await check()}`);
  } catch (error) {
    failures += 1;
    console.error(`✗ ${title}:`, error);
  }
}
for (const [title, check, because] of known) {
  const outcome = await check().then(
    (revision) => `works by now: ${revision}`,
    () => because,
  );
  console.log(`– ${title}: ${outcome}`);
}
console.log(`${String(checks.length - failures)} of ${String(checks.length)} worked`);
process.exitCode = failures === 0 ? 0 : 1;
