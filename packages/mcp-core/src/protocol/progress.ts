import type { JsonObject } from "../jsonrpc/messages.js";
import type { Progress } from "./types.js";

/** Reads the params of `notifications/progress`; `undefined` when they are malformed. */
export function readProgress({ progress, total, message }: JsonObject): Progress | undefined {
  if (typeof progress !== "number") return undefined;
  return {
    progress,
    ...(typeof total === "number" && { total }),
    ...(typeof message === "string" && { message }),
  };
}
