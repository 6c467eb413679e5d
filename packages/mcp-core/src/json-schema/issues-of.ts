import type { JsonObject } from "../jsonrpc/messages.js";
import { compileJsonSchema, type CompileOptions } from "./compile.js";

/** For tests: the messages about a value, none where it fits. */
export function issuesOf(schema: JsonObject, value: unknown, options?: CompileOptions): string[] {
  const verdict = compileJsonSchema(schema, options).validate(value);
  return verdict.valid ? [] : verdict.issues.map((issue) => issue.message);
}
