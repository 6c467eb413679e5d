/**
 * `npm run interop:python`: our client and server with the newest `fastmcp` and `mcp` of PyPI, over Streamable
 * HTTP and HTTP+SSE. Says of each pair which revision was spoken; fails if anything did.
 */
import { prepare } from "./environment.js";
import { callPython, type Call } from "./our-client.js";
import { callOurs, type Over } from "./our-server.js";

const ERAS = ["stateless", "handshake"] as const;

/** Ways to serve, in both eras; only the earlier one has sessions. */
const WAYS: readonly (readonly string[])[] = [[], ["--json"], ["--stateless"], ["--stateless", "--json"]];

const calls: readonly Call[] = [
  ...(["fastmcp", "mcp"] as const).flatMap((make) =>
    WAYS.flatMap((flags) => [{ make, flags }, ...ERAS.map((era) => ({ make, flags, era }))]),
  ),
  { make: "fastmcp", flags: ["--resumable"], era: "handshake" },
  ...(["fastmcp", "mcp"] as const).flatMap((make) =>
    (["sse", "found"] as const).map((over): Call => ({ make, flags: ["--sse", "--path", "/sse"], over })),
  ),
  ...ERAS.flatMap((era): readonly Call[] => [
    { make: "fastmcp", flags: ["--path", "/mcp/"], era, asked: "/mcp" },
    { make: "fastmcp", flags: ["--path", "/mcp"], era, asked: "/mcp/" },
  ]),
];

/** Without sessions, servers of the handshake era cannot ask. */
const ways: readonly (readonly [mode: string, over: Over])[] = [
  ["auto", "Streamable HTTP"],
  ["auto", "Streamable HTTP with sessions"],
  ["legacy", "Streamable HTTP with sessions"],
  ["auto", "HTTP+SSE"],
  ["legacy", "HTTP+SSE"],
];

const checks: readonly (readonly [title: string, check: () => Promise<string>])[] = [
  ...calls.map((call) => {
    const { make, flags, era = "either era", asked = "", over } = call;
    const told = over === "found" ? ["told the URL alone"] : [];
    const how = [...flags, ...(asked === "" ? [] : [`asked at ${asked}`]), ...told].join(" ");
    return [`our client, ${make} server ${how} (${era})`, () => callPython(call)] as const;
  }),
  ...["fastmcp", "mcp"].flatMap((make) =>
    ways.map(([mode, over]) => {
      return [`${make} client (${mode}), our server over ${over}`, () => callOurs(make, mode, over)] as const;
    }),
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
console.log(`${String(checks.length - failures)} of ${String(checks.length)} worked`);
process.exitCode = failures === 0 ? 0 : 1;
