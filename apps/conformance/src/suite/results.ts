import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "./verdict.js";

/** What the suite has found in a scenario, from the folder it left for it; `undefined` when it left nothing. */
export async function readChecks(folder: string): Promise<readonly Check[] | undefined> {
  const text = await readText(folder, "checks.json");
  // Written by the suite, whose version is pinned.
  return text === undefined ? undefined : (JSON.parse(text) as readonly Check[]);
}

/** A file of the folder; `undefined` when there is none. */
export function readText(folder: string, name: string): Promise<string | undefined> {
  return readFile(join(folder, name), "utf8").catch(() => undefined);
}
