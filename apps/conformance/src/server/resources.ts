import type { McpServer } from "@towpath/mcp-core";
import { PIXEL_PNG } from "./samples.js";

export function addResources(mcp: McpServer): void {
  mcp.resource(
    "test://static-text",
    { name: "static-text", description: "Text that stays as it is", mimeType: "text/plain" },
    () => "This is the content of the static text resource.",
  );

  mcp.resource(
    "test://static-binary",
    { name: "static-binary", description: "An image of one pixel", mimeType: "image/png" },
    () => ({ blob: PIXEL_PNG }),
  );

  mcp.resource(
    "test://watched-resource",
    { name: "watched-resource", description: "Can be subscribed to", mimeType: "text/plain" },
    () => "Watched",
  );

  mcp.resource(
    "test://template/{id}/data",
    { name: "template", description: "Data by number", mimeType: "application/json" },
    ({ id }) => ({ text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) }),
  );
}
