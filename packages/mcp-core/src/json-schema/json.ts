export type Members = Readonly<Record<string, unknown>>;

/** A JSON object, or what would be encoded as one. */
export function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `Array.isArray`, without turning a readonly array into `any[]`. */
export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
