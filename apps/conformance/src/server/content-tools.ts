import type { McpServer } from "@towpath/mcp-core";
import { PIXEL_PNG, SILENCE_WAV } from "./samples.js";

const image = { type: "image" as const, data: PIXEL_PNG, mimeType: "image/png" };

const embedded = (uri: string, mimeType: string, text: string) => ({
  type: "resource" as const,
  resource: { uri, mimeType, text },
});

/** Tools that return content of every type. */
export function addContentTools(mcp: McpServer): void {
  // Listed first, as the suite calls the first tool without arguments.
  mcp.tool(
    "test_simple_text",
    { description: "Returns text" },
    () => "This is a simple text response for testing.",
  );

  mcp.tool("test_image_content", { description: "Returns an image" }, () => image);

  mcp.tool("test_audio_content", { description: "Returns audio" }, () => ({
    type: "audio",
    data: SILENCE_WAV,
    mimeType: "audio/wav",
  }));

  mcp.tool("test_embedded_resource", { description: "Returns an embedded resource" }, () =>
    embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."),
  );

  mcp.tool("test_multiple_content_types", { description: "Returns text, an image and a resource" }, () => [
    { type: "text", text: "Multiple content types test:" },
    image,
    embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
  ]);
}
