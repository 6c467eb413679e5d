import type { JsonObject } from "../jsonrpc/messages.js";
import type { LogLevel } from "../protocol/types.js";

/**
 * Sends log messages to the client, as far as it asked for them (Logging). One method per severity; the
 * data is the message alone, or an object of `message` and the fields given.
 */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: JsonObject) => void>>;
