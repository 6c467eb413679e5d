import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { has, type Revision } from "../../protocol/revisions.js";
import type { ToolHooks } from "../../extension/tools.js";
import { isOffered, type Owned } from "../extensions/extensions.js";
import { DESCRIBED, fittedFields, type Fields } from "../fitting.js";
import type { CompiledSchema } from "../schema.js";
import { infoOf, type RegisteredTool } from "./registered-tool.js";

const FIELDS = { ...DESCRIBED, annotations: "toolAnnotations" } as const satisfies Fields;

/** A tool as `tools/list` has it in a revision, with what extensions add. */
export function listedTool(
  tool: RegisteredTool,
  revision: Revision,
  extensions: readonly Owned<ToolHooks>[],
): JsonObject {
  const { key, definition, input, output } = tool;
  const own: JsonObject = {
    name: key,
    ...fittedFields(definition, FIELDS, revision),
    inputSchema: input.jsonSchema,
    ...(output !== undefined && listsOutput(output, revision) && { outputSchema: output.jsonSchema }),
  };
  return describedBy(extensions, tool, revision).reduce(extended, own);
}

function describedBy(
  all: readonly Owned<ToolHooks>[],
  tool: RegisteredTool,
  revision: Revision,
): readonly JsonObject[] {
  const described = all.map(({ owner, value }) =>
    isOffered(owner) ? value.describe?.(infoOf(tool), revision) : undefined,
  );
  return described.filter((members) => members !== undefined);
}

function extended(tool: JsonObject, members: JsonObject): JsonObject {
  const [own, further] = [tool["_meta"], members["_meta"]];
  const merges = isObject(own) && isObject(further);
  return { ...tool, ...members, ...(merges && { _meta: { ...own, ...further } }) };
}

/** An output schema has to describe an object before 2026-07-28. */
function listsOutput(output: CompiledSchema, revision: Revision): boolean {
  const describesObject = output.jsonSchema["type"] === "object";
  return has(revision, "anyStructuredContent") || (has(revision, "structuredContent") && describesObject);
}
