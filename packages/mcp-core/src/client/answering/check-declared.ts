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

/** @throws TypeError for what is declared and has no handler */
export function checkDeclared(handlers: QuestionHandlers, capabilities: ClientCapabilities): void {
  for (const [name, declared, options] of HANDLED) {
    if (declared(capabilities) === undefined || options.some((option) => handlers[option] !== undefined))
      continue;
    throw new TypeError(`capabilities.${name} is declared, so the option ${options.join(" or ")} is needed`);
  }
}
