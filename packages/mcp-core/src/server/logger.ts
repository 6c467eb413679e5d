import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import { LOG_LEVELS, type LogLevel } from "../protocol/types.js";

/**
 * Sends log messages to the client, as far as it asked for them (Logging). One method per severity; the
 * data is the message alone, or an object of `message` and the fields given.
 */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: JsonObject) => void>>;

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
