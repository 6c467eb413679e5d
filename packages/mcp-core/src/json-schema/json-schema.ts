import type { JsonObject } from "../jsonrpc/messages.js";
import type { StandardSchema } from "../protocol/standard-schema.js";
import { compileJsonSchema, type CompileOptions } from "./compile.js";
import type { FromJsonSchema } from "./infer.js";

/**
 * Makes a schema that Towpath takes from plain JSON Schema: dialect 2020-12, or draft-07 where `$schema`
 * names it. Its type is inferred from the literal; `jsonSchema<MyType>(schema)` gives it instead. Values are
 * judged synchronously and returned as they are; `format` is an annotation.
 * @throws UnsupportedSchemaError when the schema cannot be used.
 * @throws RangeError when an option is out of range.
 * @see compileJsonSchema for the options and their defaults.
 */
export function jsonSchema<T = never, const S extends JsonObject = JsonObject>(
  schema: S,
  options?: CompileOptions,
): StandardSchema<SchemaType<NoInfer<T>, S>> {
  const compiled = compileJsonSchema(schema, options);
  const emit = (): Record<string, unknown> => schema;
  return {
    "~standard": {
      version: 1,
      vendor: "towpath",
      validate: (value) => {
        const verdict = compiled.validate(value);
        // The schema has judged it, and its type says what fits the schema.
        return verdict.valid ? { value: value as SchemaType<NoInfer<T>, S> } : { issues: verdict.issues };
      },
      jsonSchema: { input: emit, output: emit },
    },
  };
}

type SchemaType<T, S> = [T] extends [never] ? FromJsonSchema<S> : T;
