// The upper limit: a bare newline splitter around JSON.parse and JSON.stringify. It receives and sends the
// bytes that the Towpath server does, in either era, and knows nothing else of MCP.
const serverInfo = { name: "bench", version: "1.0.0" };
const capabilities = { tools: { listChanged: true } };

const tools = {
  add: ({ a, b }) => String(a + b),
  size: ({ text }) => String(text.length),
};

const methods = {
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

function answer(line) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return "";
  return JSON.stringify({ jsonrpc: "2.0", id, result: methods[method](params) }) + "\n";
}

let unfinished = [];

process.stdin.on("data", (chunk) => {
  let answers = "";
  let start = 0;
  let end = chunk.indexOf(10);
  while (end !== -1) {
    if (unfinished.length > 0) {
      unfinished.push(chunk.subarray(start, end));
      answers += answer(Buffer.concat(unfinished).toString());
      unfinished = [];
    } else {
      answers += answer(chunk.toString("utf8", start, end));
    }
    start = end + 1;
    end = chunk.indexOf(10, start);
  }
  if (start < chunk.length) unfinished.push(chunk.subarray(start));
  if (answers !== "") process.stdout.write(answers);
});
