import type { ClientCapabilities } from "../../protocol/types.js";
import type { QuestionHandlers } from "./handlers.js";

/** The capabilities that follow from what a client has handlers for, with what it declares besides. */
export function declaredWith(
  handlers: QuestionHandlers,
  capabilities: ClientCapabilities = {},
): ClientCapabilities {
  const { elicit, openUrl, sample, roots } = handlers;
  const form = elicit !== undefined && { form: {} };
  const url = openUrl !== undefined && { url: {} };
  return {
    ...capabilities,
    ...((form || url) && { elicitation: { ...form, ...url, ...capabilities.elicitation } }),
    ...(sample !== undefined && { sampling: { ...capabilities.sampling } }),
    ...(roots !== undefined && { roots: { listChanged: true, ...capabilities.roots } }),
  };
}

/** The same for the stateless era, in which nobody is told that the roots changed (Roots, Capabilities). */
export function statelessly(capabilities: ClientCapabilities): ClientCapabilities {
  if (capabilities.roots === undefined) return capabilities;
  const { listChanged: _, ...roots } = capabilities.roots;
  return { ...capabilities, roots };
}
