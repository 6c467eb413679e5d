import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type Program =
  | "reference-main"
  | "zod-main"
  | "official-v1-main"
  | "official-v2-main"
  | "features-main"
  | "features-v1-main"
  | "features-v2-main"
  | "many-main"
  | "odd-main"
  | "stubborn-main"
  | "tasks-main"
  | "tasks-v1-main";

/** The path of a fixture that is run as a process: built, and on the packages' builds. */
export function programPath(program: Program): string {
  const path = fileURLToPath(new URL(`../../dist/fixtures/${program}.js`, import.meta.url));
  if (!existsSync(path)) throw new Error(`${path} is missing: run "npx turbo run build" first`);
  return path;
}
