// Usage: node web-socket.mjs <port>
// The upper limit over WebSocket: what `ws` hands over is parsed, the answer printed, and the answers of one tick leave
// in one write.
import { WebSocketServer } from "ws";
import { methods } from "./methods.mjs";

const server = new WebSocketServer({ port: Number(process.argv[2]), host: "127.0.0.1", path: "/ws" });
server.on("connection", (ws, { socket }) => {
  let corked = false;
  const uncork = () => {
    corked = false;
    socket.uncork();
  };
  ws.on("message", (data) => {
    const { id, method, params } = JSON.parse(data.toString());
    if (id === undefined) return;
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(uncork);
    }
    ws.send(JSON.stringify({ jsonrpc: "2.0", id, result: methods[method](params) }));
  });
});
