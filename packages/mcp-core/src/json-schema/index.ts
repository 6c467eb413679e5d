export {
  compileJsonSchema,
  type CompiledSchema,
  type CompileOptions,
  type Verdict as JsonSchemaVerdict,
} from "./compile.js";
export { SUPPORTED_DIALECTS } from "./dialects.js";
export { UnsupportedSchemaError, type UnsupportedSchemaCode } from "./errors.js";
export type { FromJsonSchema } from "./infer.js";
export { jsonSchema } from "./json-schema.js";
export type { Pattern } from "./keyword.js";
export { DEFAULT_JSON_SCHEMA_LIMITS, type JsonSchemaLimits } from "./limits.js";
