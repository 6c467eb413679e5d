import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

export interface Fixtures {
  /** Where the built fixture is. */
  path(name: "server" | "client"): string;
  remove(): Promise<void>;
}

/** Bundles the programs in `fixtures` from the sources of the workspace, so that nothing stale is tested. */
export async function buildFixtures(): Promise<Fixtures> {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const outDir = await mkdtemp(join(tmpdir(), "towpath-stdio-"));
  await build({
    entry: { server: `${here}fixtures/server.ts`, client: `${here}fixtures/client.ts` },
    format: "esm",
    outExtension: () => ({ js: ".mjs" }),
    platform: "node",
    target: "node20",
    tsconfig: `${here}../tsconfig.json`,
    noExternal: [/.*/],
    outDir,
    config: false,
    silent: true,
  });
  return { path: (name) => join(outDir, `${name}.mjs`), remove: () => rm(outDir, { recursive: true }) };
}
