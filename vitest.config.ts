import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

const workspaces = ["packages", "apps"].flatMap((folder) =>
  readdirSync(`${root}${folder}`)
    .map((name) => `${folder}/${name}`)
    .filter((path) => existsSync(`${root}${path}/package.json`)),
);

const nameOf = (path: string): string => {
  // Written by us, and checked by the package manager before any test can run.
  const manifest = JSON.parse(readFileSync(`${root}${path}/package.json`, "utf8")) as { name: string };
  return manifest.name;
};

export default defineConfig({
  resolve: {
    // Siblings are tested from their sources, as `paths` of tsconfig.base.json has it, so that no build is needed.
    alias: [
      { find: /^@towpath\/mcp-core\/([^/]+)$/, replacement: `${root}packages/mcp-core/src/$1/index.ts` },
      { find: /^@towpath\/test-support\/(.+)$/, replacement: `${root}tools/test-support/$1` },
      {
        find: /^@towpath\/(transport-[^/]+)\/([^/]+)$/,
        replacement: `${root}packages/$1/src/$2.ts`,
      },
      { find: /^@towpath\/([^/]+)$/, replacement: `${root}packages/$1/src/index.ts` },
    ],
  },
  test: {
    reporters: ["default", `${root}scripts/test-counts.js`],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // The default of 1 s is soon over where everything runs at once.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      { extends: true, test: { name: "workspace", include: ["*.test.ts", "scripts/**/*.test.ts"] } },
      ...workspaces.map((path) => ({
        extends: true as const,
        test: { name: nameOf(path), include: [`${path}/{src,test,playground}/**/*.test.ts`] },
      })),
    ],
  },
});
