import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";

const REQUIRED = /\brequire\(["']([^"']+)["']\)/g;

/** The names of what a CommonJS module loads, and of what that loads in turn. */
export function loadedModules(file: string, found = new Set<string>()): ReadonlySet<string> {
  const { resolve } = createRequire(file);
  for (const [, name = ""] of readFileSync(file, "utf8").matchAll(REQUIRED)) {
    if (found.has(name)) continue;
    found.add(name);
    if (!isBuiltin(name)) loadedModules(resolve(name), found);
  }
  return found;
}
