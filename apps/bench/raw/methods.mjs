// What the raw servers answer: the bytes that the Towpath server does, in either era. They know nothing else of MCP.
const serverInfo = { name: "bench", version: "1.0.0" };
const capabilities = { tools: { listChanged: true } };

const tools = {
  add: ({ a, b }) => String(a + b),
  size: ({ text }) => String(text.length),
};

export const methods = {
  initialize: (params) => ({ protocolVersion: params.protocolVersion, capabilities, serverInfo }),
  "server/discover": () => ({
    resultType: "complete",
    supportedVersions: ["2026-07-28"],
    capabilities,
    ttlMs: 0,
    cacheScope: "private",
    _meta: { "io.modelcontextprotocol/serverInfo": { ...serverInfo } },
  }),
  "tools/call": (params) => {
    const content = [{ type: "text", text: tools[params.name](params.arguments) }];
    if (params._meta === undefined) return { content };
    return {
      content,
      resultType: "complete",
      _meta: { "io.modelcontextprotocol/serverInfo": { ...serverInfo } },
    };
  },
};
