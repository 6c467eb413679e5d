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

/** The run of complete lines that ends with this chunk, decoded at once; the rest is kept. */
function completeLines(chunk) {
  const end = chunk.lastIndexOf(10);
  if (end === -1) {
    unfinished.push(chunk);
    return [];
  }
  const text =
    unfinished.length === 0
      ? chunk.toString("utf8", 0, end)
      : Buffer.concat([...unfinished, chunk.subarray(0, end)]).toString();
  unfinished = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
  return text.split("\n");
}

process.stdin.on("data", (chunk) => {
  let answers = "";
  for (const line of completeLines(chunk)) answers += answer(line);
  if (answers !== "") process.stdout.write(answers);
});
