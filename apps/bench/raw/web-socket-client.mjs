import { once } from "node:events";
import { WebSocket } from "ws";
import { callOf, openingOf } from "./messages.mjs";

/** Returns `call(a, b)`, which resolves to the text of the tool's answer. */
export async function connect(url, era) {
  const socket = new WebSocket(url, "mcp", { perMessageDeflate: false });
  await once(socket, "open");
  for (const message of openingOf[era]) {
    socket.send(JSON.stringify(message));
    if (message.id !== undefined) await once(socket, "message");
  }
  const waiting = new Map();
  socket.on("message", (data) => {
    const { id, result } = JSON.parse(data.toString());
    waiting.get(id)(result.content[0].text);
    waiting.delete(id);
  });
  let calls = 0;
  return (a, b) =>
    new Promise((resolve) => {
      const id = ++calls;
      waiting.set(id, resolve);
      socket.send(callOf(era, id, { a, b }, false));
    });
}
