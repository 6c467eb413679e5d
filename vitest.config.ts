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
    // A module that was loaded and compiled once serves every file of a worker: most of the time went into that.
    isolate: false,
    maxWorkers: 2,
    // For what never ends, and not for what is slow where everything runs at once.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      { extends: true, test: { name: "workspace", include: ["*.test.ts", "scripts/**/*.test.ts"] } },
      ...workspaces.map((path) => ({
        extends: true as const,
        test: { name: nameOf(path), include: [`${path}/{src,test,playground}/**/*.test.ts`] },
      })),
    ],
  },
});
