import type { ReadonlyHeaders } from "../../contract/index.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { mirroredParameters } from "../../protocol/mirrored-parameters.js";
import { valueAt } from "../../protocol/value-at.js";
import type { JsonSchema } from "../../protocol/standard-schema.js";
import { checkHeader } from "./header-value.js";

/** @throws HeaderMismatchError */
export type CheckParameterHeaders = (args: JsonObject, headers: ReadonlyHeaders) => void;

/**
 * Makes the check of a tool's `Mcp-Param-*` headers; `undefined` for a tool none of whose parameters have one.
 * @param owner whose schema it is, as in `tool "add"`
 * @throws TypeError when an `x-mcp-header` is one that clients would refuse the tool for
 */
export function compileParameterHeaders(
  schema: JsonSchema,
  owner: string,
): CheckParameterHeaders | undefined {
  const mirrored = mirroredParameters(schema);
  if (!mirrored.ok) throw new TypeError(`The input schema of ${owner} cannot be used: ${mirrored.problem}`);
  if (mirrored.parameters.length === 0) return undefined;
  const places = mirrored.parameters.map(({ header, path }) => ({
    header,
    key: header.toLowerCase(),
    path,
    where: ["params.arguments", ...path].join("."),
  }));
  return (args, headers) => {
    for (const { header, key, path, where } of places)
      checkHeader(headers.get(key), header, valueAt(args, path), where);
  };
}
