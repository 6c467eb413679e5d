import { isObject, shortened } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import type { CompiledSchema, CompileOptions } from "../json-schema/compile.js";
import type { MaybePromise } from "../protocol/promises.js";
import type { CallToolResult } from "../protocol/types.js";
import { BoundedMap } from "./cache/bounded-map.js";
import { InvalidResultError } from "../protocol/client-errors.js";

/** Tools whose output schemas are remembered, and characters of these schemas in all. */
const MAX_TOOLS = 4_096;
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** A tool that was listed. */
interface Listed {
  readonly schema: JsonObject | undefined;
  /** The schema's JSON. */
  readonly text: string;
  /** Made when it is first needed; `undefined` for a schema that cannot be used. */
  compiled?: Promise<CompiledSchema | undefined>;
}

export interface OutputSchemasOptions {
  /** Reads all pages of `tools/list`; each goes through {@link OutputSchemas.learn}. */
  readonly readTools: (mode: "default" | "reload") => Promise<unknown>;
  /** Told of a schema that cannot be used. */
  readonly onUnusable: (description: string) => void;
  readonly compile: CompileOptions;
}

/** The output schemas of a server's tools, and whether results fit them (Tools, Output Schema). */
export class OutputSchemas {
  readonly #options: OutputSchemasOptions;
  readonly #listed = new BoundedMap<Listed>(MAX_TOOLS, MAX_CHARACTERS);
  #reading: Promise<boolean> | undefined;
  #rereading: Promise<boolean> | undefined;

  constructor(options: OutputSchemasOptions) {
    this.#options = options;
  }

  /** Takes a page of `tools/list`. */
  learn({ tools }: JsonObject): void {
    if (!Array.isArray(tools)) return;
    for (const tool of tools as readonly unknown[]) {
      if (!isObject(tool) || typeof tool["name"] !== "string") continue;
      const { name, outputSchema } = tool;
      const schema = isObject(outputSchema) ? outputSchema : undefined;
      const text = schema === undefined ? "" : JSON.stringify(schema);
      if (this.#listed.get(name)?.text === text) continue;
      this.#listed.set(name, { schema, text }, name.length + text.length);
    }
  }

  /** The tools have changed, or are another server's. */
  forget(): void {
    this.#listed.clear();
    this.#reading = undefined;
  }

  /**
   * Holds a result against the schema of its tool. Servers need not tell of changes, so the tools are listed
   * anew before a result is refused.
   * @throws InvalidResultError that says what does not fit
   */
  check(name: string, result: CallToolResult): MaybePromise<void> {
    const { structuredContent, isError } = result;
    const listed = this.#listed.get(name);
    if (isError === true || (structuredContent === undefined && listed?.schema === undefined)) return;
    return this.#check(name, result, listed);
  }

  async #check(name: string, result: CallToolResult, listed: Listed | undefined): Promise<void> {
    if (listed === undefined) await (this.#reading ??= this.#read("default"));
    const suspicion = await this.#problem(name, result);
    if (suspicion === undefined) return;
    this.#rereading ??= this.#read("reload").finally(() => (this.#rereading = undefined));
    const problem = (await this.#rereading) ? await this.#problem(name, result) : suspicion;
    if (problem !== undefined)
      throw new InvalidResultError(`tools/call: the result of ${shortened(name)} ${problem}`);
  }

  /** Whether the tools could be listed. */
  async #read(mode: "default" | "reload"): Promise<boolean> {
    try {
      await this.#options.readTools(mode);
      return true;
    } catch {
      return false; // the call itself did not fail
    }
  }

  async #problem(name: string, { structuredContent }: CallToolResult): Promise<string | undefined> {
    const listed = this.#listed.get(name);
    if (listed?.schema === undefined) return undefined;
    if (structuredContent === undefined)
      return "has no structuredContent, which the tool's output schema asks for";
    listed.compiled ??= this.#compile(name, listed.schema);
    const verdict = (await listed.compiled)?.validate(structuredContent);
    if (verdict === undefined || verdict.valid) return undefined;
    const issues = verdict.issues.map(({ message }) => message).join("; ");
    return `does not fit the tool's output schema: ${issues}`;
  }

  /** The validator is loaded for the first result that needs it. */
  async #compile(name: string, schema: JsonObject): Promise<CompiledSchema | undefined> {
    try {
      const { compileJsonSchema } = await import("../json-schema/compile.js");
      const { compile } = this.#options;
      return compile.createPattern === undefined
        ? withoutPatterns((createPattern) => compileJsonSchema(schema, { ...compile, createPattern }))
        : compileJsonSchema(schema, compile);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.onUnusable(`an output schema that cannot be used, of ${shortened(name)}: ${reason}`);
      return undefined;
    }
  }
}

/**
 * A schema whose regular expressions are not run: they are the server's, and the platform's engine may take
 * for ever over one. What depended on any is not refused, because nothing is known of it.
 */
function withoutPatterns(
  compile: (createPattern: NonNullable<CompileOptions["createPattern"]>) => CompiledSchema,
): CompiledSchema {
  let consulted = 0;
  const test = (): boolean => (consulted += 1) > 0;
  const schema = compile(() => ({ test }));
  return {
    validate: (value) => {
      const before = consulted;
      const verdict = schema.validate(value);
      return consulted === before ? verdict : { valid: true };
    },
  };
}
