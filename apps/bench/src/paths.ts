import { fileURLToPath } from "node:url";

const inBench = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Absolute paths. This file stays directly under `src`, so that they also hold from the bundle in `dist`. */
export const paths = {
  bench: inBench("."),
  readme: inBench("README.md"),
  raw: inBench("raw"),
  peers: inBench("peers"),
  towpath: inBench("towpath"),
  packages: inBench("../../packages"),
  pnpm: inBench("../../node_modules/.bin/pnpm"),
} as const;
