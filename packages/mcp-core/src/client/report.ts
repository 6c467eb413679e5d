import { fireAndForget, isolate } from "../protocol/promises.js";
import type { McpClientOptions } from "./options.js";

/** Tells the author of a client of failures that nobody else sees as they are. */
export function reporterOf({
  onError = reportToConsole,
}: Pick<McpClientOptions, "onError">): (error: unknown) => void {
  return (error) => {
    fireAndForget(() => {
      onError(error);
    });
  };
}

/** Tells the author of a client what arrived and is not passed on although it was meant for them. */
export function noticeOf({
  onNoise = warnOnConsole,
}: Pick<McpClientOptions, "onNoise">): (description: string) => void {
  return (description) => {
    isolate(() => {
      onNoise(description);
    });
  };
}

function warnOnConsole(description: string): void {
  // eslint-disable-next-line no-console -- clients should log a warning (2026-07-28, Streamable HTTP, Schema Extension)
  console.warn(`Skipped ${description}`);
}

function reportToConsole(error: unknown): void {
  // eslint-disable-next-line no-console -- without an onError, what a handler threw would go unseen
  console.error(error);
}
