import type { MirroredHeaders } from "../contract/index.js";
import { isObject, shortened } from "../jsonrpc/guards.js";
import type { JsonObject, JsonRpcRequest, JsonValue } from "../jsonrpc/messages.js";
import { Meta } from "../protocol/meta.js";
import type { MirroredParameter, MirroredParameters } from "../protocol/mirrored-parameters.js";
import { encodeMirroredValue, isMirrorable } from "../protocol/mirrored-values.js";
import type { MaybePromise } from "../protocol/promises.js";
import type { Era } from "../protocol/revisions.js";
import type { Tool } from "../protocol/types.js";
import { valueAt } from "../protocol/value-at.js";
import { BoundedMap } from "./cache/bounded-map.js";

/** Tools that are remembered, and characters of what is remembered of them in all. */
const MAX_TOOLS = 4_096;
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** Which parameter `Mcp-Name` repeats (2026-07-28, Streamable HTTP, Standard Request Headers). */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
]);

/** What a list said of a tool. */
interface Known {
  readonly mirrored: readonly MirroredParameter[];
  /** By its own word, calling it once more does nothing more. */
  readonly repeatable: boolean;
}

/** Reads what headers repeat of a tool's parameters. */
type MirroredOf = (inputSchema: JsonObject) => MirroredParameters;

/** In no other list is there anything to read; what reads it is loaded for the first. */
const ANNOTATION = "x-mcp-header";

const NOTHING_MIRRORED: MirroredParameters & { ok: true } = { ok: true, parameters: [] };

export interface KnownToolsOptions {
  /** Whether the transport repeats parameters in headers. */
  readonly mirrors: boolean;
  /** By method, which parameter of an extension's request `Mcp-Name` repeats. */
  readonly names?: ReadonlyMap<string, string>;
  /** Told of each tool that is left out of a list, and why. */
  readonly onInvalid: (description: string) => void;
}

/** What the transport and a second attempt need to know of a server's tools, as they were listed. */
export class KnownTools {
  readonly #options: KnownToolsOptions;
  readonly #known = new BoundedMap<Known>(MAX_TOOLS, MAX_CHARACTERS);
  readonly #complainedOf = new BoundedMap<string>(MAX_TOOLS, MAX_CHARACTERS);
  #listings = 0;
  /** The listing that what is known comes from, or 0. */
  #listing = 0;

  constructor(options: KnownToolsOptions) {
    this.#options = options;
  }

  /**
   * Takes a page of `tools/list`. Where values are mirrored, which is in the stateless era only, tools whose
   * `x-mcp-header` annotations are not valid are left out of it (2026-07-28, Streamable HTTP, Schema Extension).
   */
  learn(page: JsonObject, era: Era): MaybePromise<void> {
    const mirrors = this.#options.mirrors && era === "stateless";
    if (!mirrors || !JSON.stringify(page).includes(ANNOTATION)) {
      this.#learnAll(page, () => NOTHING_MIRRORED);
      return;
    }
    return import("../protocol/mirrored-parameters.js").then(({ mirroredParameters }) => {
      this.#learnAll(page, mirroredParameters);
    });
  }

  /** How often they have been listed anew. */
  get listings(): number {
    return this.#listings;
  }

  /** They have been listed anew, to the last page. */
  listed(): void {
    this.#listing = this.#listings += 1;
  }

  /** Whether what is known comes from a listing after so many. */
  isListedSince(listings: number): boolean {
    return this.#listing > listings;
  }

  /** They are another server's. */
  forget(): void {
    this.#listing = 0;
    this.#known.clear();
    this.#complainedOf.clear();
  }

  /** Whether calling a tool a second time does nothing more than calling it once, as far as it is known. */
  isRepeatable(name: string): boolean {
    return this.#known.get(name)?.repeatable === true;
  }

  /**
   * The headers that repeat what a request says; none in the handshake era.
   * @throws TypeError for a value that no header can repeat
   */
  headersOf({ method, params }: JsonRpcRequest): MirroredHeaders | undefined {
    const meta = params?.["_meta"];
    const version = isObject(meta) ? meta[Meta.protocolVersion] : undefined;
    if (params === undefined || typeof version !== "string") return undefined;
    const headers: Record<string, string> = { "mcp-protocol-version": version, "mcp-method": method };
    const namedBy = NAMED_BY.get(method) ?? this.#options.names?.get(method);
    const name = namedBy === undefined ? undefined : params[namedBy];
    if (typeof name === "string") headers["mcp-name"] = encodeMirroredValue(name);
    if (method === "tools/call" && typeof name === "string") this.#addParameters(headers, name, params);
    return headers;
  }

  #addParameters(headers: Record<string, string>, tool: string, params: JsonObject): void {
    const mirrored = this.#known.get(tool)?.mirrored;
    if (mirrored === undefined || mirrored.length === 0) return;
    const args = isObject(params["arguments"]) ? params["arguments"] : {};
    for (const { header, path } of mirrored) {
      const value = asSent(valueAt(args, path));
      if (typeof value === "number" || isMirrorable(value))
        headers[header.toLowerCase()] = encodeMirroredValue(value);
    }
  }

  #learnAll(page: JsonObject, mirroredOf: MirroredOf): void {
    const { tools } = page;
    if (!Array.isArray(tools)) return;
    const valid = tools.filter((tool: JsonValue) => this.#learn(tool, mirroredOf));
    // The page is a copy of its own, as it was parsed.
    if (valid.length < tools.length) Object.assign(page, { tools: valid });
  }

  /** @returns whether the tool may be listed */
  #learn(tool: JsonValue, mirroredOf: MirroredOf): boolean {
    if (!isObject(tool)) return true; // for the reader of the list to judge
    const { name, inputSchema } = tool;
    if (typeof name !== "string" || !isObject(inputSchema)) return true;
    const mirrored = mirroredOf(inputSchema);
    if (!mirrored.ok) {
      this.#known.delete(name);
      this.#complain(name, mirrored.problem);
      return false;
    }
    const known = { mirrored: mirrored.parameters, repeatable: isRepeatable(tool) };
    this.#known.set(name, known, sizeOf(name, mirrored.parameters));
    return true;
  }

  #complain(name: string, problem: string): void {
    if (this.#complainedOf.get(name) === problem) return;
    this.#complainedOf.set(name, problem, name.length + problem.length);
    this.#options.onInvalid(`the tool ${shortened(name)}, which is left out of the list: ${problem}`);
  }
}

/** As JSON carries it: a date, say, is a string there. */
function asSent(value: JsonValue | undefined): unknown {
  if (typeof value !== "object" || value === null) return value;
  return (JSON.parse(JSON.stringify([value])) as JsonValue[])[0]; // a list of one is one again
}

function isRepeatable({ annotations }: JsonObject): boolean {
  if (!isObject(annotations)) return false;
  const { readOnlyHint, idempotentHint }: Partial<Record<keyof NonNullable<Tool["annotations"]>, JsonValue>> =
    annotations;
  return readOnlyHint === true || idempotentHint === true;
}

function sizeOf(name: string, parameters: readonly MirroredParameter[]): number {
  return parameters.reduce(
    (size, { header, path }) => size + header.length + path.join("").length,
    name.length,
  );
}
