import type { JsonObject, JsonValue, Prompt, Tool } from "@towpath/mcp-core";

const SAMPLES: ReadonlyMap<JsonValue | undefined, JsonValue> = new Map<JsonValue | undefined, JsonValue>([
  ["string", "text"],
  ["integer", 1],
  ["number", 1.5],
  ["boolean", true],
  ["array", []],
  ["object", {}],
]);

/** Arguments that a tool takes: for each property that it requires, a sample of its type. */
export function sampleArguments({ inputSchema }: Tool): JsonObject {
  const properties = asObject(inputSchema["properties"]);
  const required = Array.isArray(inputSchema["required"]) ? inputSchema["required"].map(String) : [];
  return Object.fromEntries(
    required.map((name) => [name, SAMPLES.get(asObject(properties[name])["type"]) ?? null]),
  );
}

/** Arguments that a prompt takes: a text for each that it requires. */
export function samplePromptArguments({ arguments: declared = [] }: Prompt): Record<string, string> {
  return Object.fromEntries(declared.filter(({ required }) => required).map(({ name }) => [name, "text"]));
}

function asObject(value: JsonValue | undefined): JsonObject {
  // What is neither an array nor null is one: all that is left of JSON.
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
