import type { JsonObject } from "../jsonrpc/messages.js";

/**
 * What Towpath asks of a schema: the Standard Schema interface (version 1), and a way to emit JSON
 * Schema. Zod from 4.2 on, and every library that implements "Standard JSON Schema", fits as it is;
 * plain JSON Schema fits through `jsonSchema()` of `@towpath/mcp-core/json-schema`.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": StandardSchemaProps<Input, Output>;
}

export interface StandardSchemaProps<Input, Output> {
  readonly version: 1;
  readonly vendor: string;
  readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  readonly jsonSchema?: JsonSchemaEmitter | undefined;
}

/** Emits JSON Schema for what a schema accepts (`input`) and for what it produces (`output`). */
export interface JsonSchemaEmitter {
  readonly input: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown>;
  readonly output: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown>;
}

export type SchemaResult<Output> = { readonly value: Output; readonly issues?: undefined } | SchemaFailure;

export interface SchemaFailure {
  readonly issues: readonly SchemaIssue[];
}

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

interface Typed<Input, Output> {
  readonly "~standard": { readonly types?: { readonly input: Input; readonly output: Output } | undefined };
}

/** What a schema accepts. */
export type InferInput<S> = S extends Typed<infer Input, unknown> ? Input : never;
/** What a schema produces. */
export type InferOutput<S> = S extends Typed<unknown, infer Output> ? Output : never;

/** A JSON Schema, as it goes on the wire. */
export type JsonSchema = JsonObject;
