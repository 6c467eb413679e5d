import type { BaseContext } from "../extension/context.js";
import type { AskingContext } from "./asking/asking-context.js";

/** What the handler of a tool, a prompt or a resource sees of the request it serves. */
export interface Context extends BaseContext, AskingContext {}
