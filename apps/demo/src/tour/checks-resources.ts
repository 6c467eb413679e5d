import type { Check } from "./check.js";
import { errorOf } from "./results.js";

export const resourceChecks: readonly Check[] = [
  {
    name: "resources",
    run: async ({ client }) => {
      const resources = (await client.listResources()).map(({ uri, title = "" }) => `${uri} ${title}`);
      const templates = (await client.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate);
      return { observed: { resources, templates }, shown: [...templates, ...resources].join(", ") };
    },
    expected: () => ({ resources: ["note://1 Locks", "note://2 Bridges"], templates: ["note://{id}"] }),
  },
  {
    name: "read",
    run: async ({ client }) => {
      const { contents } = await client.readResource("note://1");
      const parts = contents.map((part) => [part.mimeType ?? "", "text" in part ? part.text : part.blob]);
      return { observed: { parts }, shown: `note://1 → ${parts.flat().join(", ")}` };
    },
    expected: () => ({ parts: [["text/markdown", "# Locks\n\n29 of them at Caen Hill\n\n#boat"]] }),
  },
  {
    name: "unknown resource",
    run: async ({ client }) => {
      const { code, message, data = null } = await errorOf(client.readResource("note://99"));
      return { observed: { code, data }, shown: `${String(code)}: ${message}` };
    },
    expected: (era) => ({ code: era === "handshake" ? -32002 : -32602, data: { uri: "note://99" } }),
  },
  {
    name: "prompt",
    run: async ({ client }) => {
      const names = (await client.listPrompts()).map(({ name }) => name);
      const { messages } = await client.getPrompt("review_notes", { tag: "boat" });
      const contents = messages.map(({ content }) =>
        content.type === "resource" ? content.resource.uri : content.type,
      );
      return { observed: { names, contents }, shown: `${names.join(", ")} → ${contents.join(", ")}` };
    },
    expected: () => ({ names: ["review_notes"], contents: ["text", "note://1"] }),
  },
  {
    name: "completion",
    run: async ({ client }) => {
      const id = await client.complete(
        { type: "ref/resource", uri: "note://{id}" },
        { name: "id", value: "2" },
      );
      const tag = await client.complete(
        { type: "ref/prompt", name: "review_notes" },
        { name: "tag", value: "bo" },
      );
      return {
        observed: { id: id.values, tag: tag.values },
        shown: `note://2… → ${id.values.join(", ")}; review_notes tag bo… → ${tag.values.join(", ")}`,
      };
    },
    expected: () => ({ id: ["2"], tag: ["boat"] }),
  },
];
