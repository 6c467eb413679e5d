import { checkLimit, withDefaults } from "../protocol/limits.js";

/** Bounds on a schema and on the work of checking one value against it. */
export interface JsonSchemaLimits {
  /** Characters of the schema as JSON text. Over it: `schema-too-long`. Default: 1,048,576. */
  readonly maxSchemaLength: number;
  /** Arrays and objects nested in the schema. Over it: `schema-too-deep`. Default: 128. */
  readonly maxSchemaDepth: number;
  /** Subschemas in the document; one that is referred to twice counts once. Default: 10,000. */
  readonly maxSubschemas: number;
  /**
   * Work for one value, in steps: one for each value a subschema is applied to, for each node that is
   * compared, and for every 64 characters of a string that is read; four for each member name that is
   * read. Over it, the value is invalid with an issue that says so. Default: 10,000,000, which takes from
   * a quarter of a second to a few seconds.
   */
  readonly maxSteps: number;
  /**
   * Subschemas entered inside each other through `$ref` and `$dynamicRef`, and values nested under
   * `uniqueItems`. Over it, the value is invalid with an issue that says so. Default: 1,000.
   */
  readonly maxRecursion: number;
  /** Issues reported for one value; checking stops there. Default: 10. */
  readonly maxIssues: number;
}

export const DEFAULT_JSON_SCHEMA_LIMITS: JsonSchemaLimits = {
  maxSchemaLength: 1_048_576,
  maxSchemaDepth: 128,
  maxSubschemas: 10_000,
  maxSteps: 10_000_000,
  maxRecursion: 1000,
  maxIssues: 10,
};

/**
 * Fills in the defaults.
 * @throws RangeError when a limit is not a positive integer or `Infinity`.
 */
export function jsonSchemaLimits(given: Partial<JsonSchemaLimits> = {}): JsonSchemaLimits {
  const limits = withDefaults(DEFAULT_JSON_SCHEMA_LIMITS, given);
  for (const [name, value] of Object.entries(limits)) checkLimit(name, value);
  return limits;
}
