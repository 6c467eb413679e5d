// Usage: node web-socket.mjs <port>
// The upper limit over WebSocket: what `ws` hands over is parsed, and the answer printed.
import { WebSocketServer } from "ws";
import { methods } from "./methods.mjs";

const server = new WebSocketServer({ port: Number(process.argv[2]), host: "127.0.0.1", path: "/ws" });
server.on("connection", (socket) => {
  socket.on("message", (data) => {
    const { id, method, params } = JSON.parse(data.toString());
    if (id === undefined) return;
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: methods[method](params) }));
  });
});
