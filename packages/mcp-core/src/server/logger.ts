import type { Logger } from "../extension/logger.js";
import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import { LOG_LEVELS, type LogLevel } from "../protocol/types.js";

export function isLoggable(level: LogLevel, threshold: LogLevel | undefined): boolean {
  return threshold !== undefined && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(threshold);
}

export function createLogger(emit: (level: LogLevel, data: JsonValue) => void): Logger {
  const entries = LOG_LEVELS.map((level) => [
    level,
    (message: string, fields?: JsonObject): void => {
      emit(level, fields === undefined ? message : { message, ...fields });
    },
  ]);
  // One entry for each level there is.
  return Object.fromEntries(entries) as Logger;
}
