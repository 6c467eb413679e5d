import { describe, isObject } from "../../jsonrpc/guards.js";
import { asJsonObject } from "../../jsonrpc/as-json.js";
import { InvalidAnswerError } from "../../protocol/errors.js";
import type { QuestionHandlers } from "./handlers.js";
import type { Root } from "../../protocol/question-types.js";
import type { Reader } from "./reader.js";

/** `..`, also where it is percent-encoded. */
const PARENT = /[/\\](\.|%2e){2}([/\\?#]|$)/i;

/** `roots/list`. */
export const readRootsQuestion: Reader = (_, { handlers: { roots } }) => {
  if (roots === undefined) return undefined;
  return async (ctx) => {
    const listed = typeof roots === "function" ? await roots(ctx) : roots;
    const problem = rootsProblem(listed);
    if (problem !== undefined) throw new InvalidAnswerError(problem);
    return { roots: listed.map(asJsonObject) };
  };
};

/** @throws TypeError for roots that no server may be told of */
export function checkRoots(roots: QuestionHandlers["roots"]): void {
  const problem = roots === undefined || typeof roots === "function" ? undefined : rootsProblem(roots);
  if (problem !== undefined) throw new TypeError(problem);
}

/** What is wrong with a list of roots (Roots, Data Types and Security Considerations). */
function rootsProblem(roots: readonly Root[]): string | undefined {
  const listed: unknown = roots;
  if (!Array.isArray(listed)) return `The roots must be a list, not ${describe(listed)}`;
  return listed
    .map((root, index) => problemOf(root, `roots[${String(index)}]`))
    .find((problem) => problem !== undefined);
}

function problemOf(root: unknown, where: string): string | undefined {
  if (!isObject(root)) return `${where} must be an object, not ${describe(root)}`;
  const { uri, name } = root;
  if (typeof uri !== "string" || !/^file:\/\//i.test(uri) || !URL.canParse(uri))
    return `${where}.uri must be a file:// URI, not ${describe(uri)}`;
  if (PARENT.test(uri)) return `${where}.uri must not lead upwards with "..": ${describe(uri)}`;
  return name === undefined || typeof name === "string" ? undefined : `${where}.name must be a string`;
}
