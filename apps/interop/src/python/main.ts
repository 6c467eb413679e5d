/**
 * `npm run interop:python`: our client and server with the newest `fastmcp` and `mcp` of PyPI, over Streamable
 * HTTP. Says of each pair which revision was spoken; fails if anything did.
 */
import { prepare } from "./environment.js";
import { callPython, type Call } from "./our-client.js";
import { callOurs } from "./our-server.js";

const ERAS = ["stateless", "handshake"] as const;

/** Ways to serve, in both eras; only the earlier one has sessions. */
const WAYS: readonly (readonly string[])[] = [[], ["--json"], ["--stateless"], ["--stateless", "--json"]];

const calls: readonly Call[] = [
  ...(["fastmcp", "mcp"] as const).flatMap((make) =>
    WAYS.flatMap((flags) => [{ make, flags }, ...ERAS.map((era) => ({ make, flags, era }))]),
  ),
  { make: "fastmcp", flags: ["--resumable"], era: "handshake" },
  ...ERAS.flatMap((era): readonly Call[] => [
    { make: "fastmcp", flags: ["--path", "/mcp/"], era, asked: "/mcp" },
    { make: "fastmcp", flags: ["--path", "/mcp"], era, asked: "/mcp/" },
  ]),
];

const checks: readonly (readonly [title: string, check: () => Promise<string>])[] = [
  ...calls.map((call) => {
    const { make, flags, era = "either era", asked = "" } = call;
    const how = [...flags, ...(asked === "" ? [] : [`asked at ${asked}`])].join(" ");
    return [`our client, ${make} server ${how} (${era})`, () => callPython(call)] as const;
  }),
  ...["fastmcp", "mcp"].flatMap((make) =>
    ["auto", "legacy"].flatMap((mode) =>
      [false, true]
        // Without sessions, servers of the handshake era cannot ask.
        .filter((sessions) => sessions || mode === "auto")
        .map((sessions) => {
          const title = `${make} client (${mode}), our server${sessions ? " with sessions" : ""}`;
          return [title, () => callOurs(make, mode, sessions)] as const;
        }),
    ),
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
