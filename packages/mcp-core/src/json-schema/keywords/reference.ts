import type { Keyword } from "../keyword.js";

/** Core 2020-12, section 8.2. */
export const REFERENCE_COMMON: readonly Keyword[] = [
  { name: "$ref", compile: (value, site) => site.reference("$ref", value) },
  { name: "$defs", holds: "map" },
  // Draft-07's name, which 2020-12 keeps for old schemas (Core, appendix C).
  { name: "definitions", holds: "map" },
];

export const REFERENCE_2020_12: readonly Keyword[] = [
  { name: "$dynamicRef", compile: (value, site) => site.dynamicReference("$dynamicRef", value) },
];
