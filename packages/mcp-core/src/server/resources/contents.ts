import { isObject } from "../../jsonrpc/guards.js";
import { encodeBase64 } from "../../protocol/base64.js";
import { ResourceNotFoundError } from "../../protocol/errors.js";
import type { ReadResourceResult, ResourceContents } from "../../protocol/resource-types.js";
import { jsonTextOf } from "../plain-json.js";
import type { ResourcePart } from "./definition.js";

const PART_FIELDS: ReadonlySet<string> = new Set(["uri", "mimeType", "text", "blob", "_meta"]);

const RESULT_FIELDS: ReadonlySet<string> = new Set([
  "contents",
  "_meta",
  "resultType",
  "ttlMs",
  "cacheScope",
]);

/** What contents have that say nothing themselves. */
interface Defaults {
  readonly uri: string;
  readonly mimeType: string | undefined;
}

type Bytes = ArrayBufferView | ArrayBuffer;

/**
 * Makes a whole result of whatever a handler returned.
 * @throws ResourceNotFoundError for nothing; TypeError for what JSON cannot carry
 */
export function readResultOf(returned: unknown, defaults: Defaults): ReadResourceResult {
  if (returned === undefined) throw new ResourceNotFoundError(defaults.uri);
  if (isWholeResult(returned)) return { ...returned, contents: returned.contents.map(filler(defaults)) };
  const parts = isPartList(returned) ? returned : [partOf(returned, defaults.uri)];
  return { contents: parts.map(filler(defaults)) };
}

function partOf(returned: unknown, uri: string): ResourcePart {
  if (typeof returned === "string") return { text: returned };
  if (isBytes(returned)) return { blob: returned };
  if (isPart(returned)) return returned;
  return { text: jsonTextOf(returned, `resource ${JSON.stringify(uri)}`), mimeType: "application/json" };
}

const filler =
  ({ uri, mimeType }: Defaults) =>
  (part: ResourcePart): ResourceContents => ({
    uri,
    ...(mimeType !== undefined && { mimeType }),
    ...part,
    ...("text" in part
      ? { text: part.text }
      : { blob: isBytes(part.blob) ? base64Of(part.blob) : part.blob }),
  });

function isWholeResult(
  value: unknown,
): value is Omit<ReadResourceResult, "contents"> & { contents: readonly ResourcePart[] } {
  if (!isObject(value) || !Array.isArray(value["contents"])) return false;
  return value["contents"].every(isPart) && hasOnly(value, RESULT_FIELDS);
}

/** An empty array is data of the author's: contents that are there have at least one part. */
function isPartList(value: unknown): value is readonly ResourcePart[] {
  return Array.isArray(value) && value.every(isPart) && value.length > 0;
}

function isPart(value: unknown): value is ResourcePart {
  if (!isObject(value) || !hasOnly(value, PART_FIELDS)) return false;
  const { text, blob }: { readonly text?: unknown; readonly blob?: unknown } = value;
  if (blob === undefined) return typeof text === "string";
  return text === undefined && (typeof blob === "string" || isBytes(blob));
}

function hasOnly(value: object, fields: ReadonlySet<string>): boolean {
  return Object.keys(value).every((key) => fields.has(key));
}

function isBytes(value: unknown): value is Bytes {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

function base64Of(bytes: Bytes): string {
  return encodeBase64(
    bytes instanceof ArrayBuffer
      ? new Uint8Array(bytes)
      : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  );
}
