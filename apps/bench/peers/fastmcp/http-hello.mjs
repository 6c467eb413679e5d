import { FastMCP } from "fastmcp";

const server = new FastMCP({ name: "bench", version: "1.0.0" });
server.addTool({ name: "hello", execute: async () => "Hello, world" });
await server.start({ transportType: "httpStream", httpStream: { port: 8000, stateless: true } });
