import { fireAndForget } from "../protocol/promises.js";
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

function reportToConsole(error: unknown): void {
  // eslint-disable-next-line no-console -- without an onError, what a handler threw would go unseen
  console.error(error);
}
