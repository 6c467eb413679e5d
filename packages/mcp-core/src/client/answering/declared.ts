import type { ClientCapabilities } from "../../protocol/types.js";
import type { QuestionHandlers } from "./handlers.js";

type Handled = readonly [string, (declared: ClientCapabilities) => unknown, (keyof QuestionHandlers)[]];

/** What may be declared, and the handlers of which one has to be there for it. */
const HANDLED: readonly Handled[] = [
  ["sampling", ({ sampling }) => sampling, ["sample"]],
  ["roots", ({ roots }) => roots, ["roots"]],
  ["elicitation.form", ({ elicitation }) => elicitation?.form, ["elicit"]],
  ["elicitation.url", ({ elicitation }) => elicitation?.url, ["openUrl"]],
  ["elicitation", ({ elicitation }) => elicitation, ["elicit", "openUrl"]],
];

/**
 * The capabilities that follow from what a client has handlers for, with what it declares besides.
 * @throws TypeError for what is declared and has no handler
 */
export function declaredWith(
  handlers: QuestionHandlers,
  capabilities: ClientCapabilities = {},
): ClientCapabilities {
  for (const [name, declared, options] of HANDLED) {
    if (declared(capabilities) === undefined || options.some((option) => handlers[option] !== undefined))
      continue;
    throw new TypeError(`capabilities.${name} is declared, so the option ${options.join(" or ")} is needed`);
  }
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
