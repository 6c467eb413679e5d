import { ConfigError } from "./config-error.js";

/** @throws ConfigError with the place of the mistake where the runtime tells it */
export function parseJsonText(text: string, file: string | undefined): unknown {
  const json = text.replace(/^\uFEFF/, ""); // which editors on Windows write
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    // Runtimes quote the text around a mistake, which may be a secret.
    throw new ConfigError([{ path: "", message: `is not valid JSON${placeOf(String(error), json)}` }], file);
  }
}

function placeOf(reason: string, json: string): string {
  const position = /\bposition (\d+)/.exec(reason)?.[1];
  if (position === undefined) return reason.includes("end of JSON input") ? ": it ends too early" : "";
  const before = json.slice(0, Number(position)).split("\n");
  return `, at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
