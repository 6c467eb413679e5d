/** `server --port N [--sessions] [--answers auto|stream]`: the conformance server at `/mcp` on the loopback interface. */
import { parseArgs } from "node:util";
import { streamableHttp } from "@towpath/transport-http";
import { createConformanceServer } from "./server/conformance-server.js";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    sessions: { type: "boolean", default: false },
    answers: { type: "string", default: "auto" },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  throw new RangeError(`--port must be a whole number from 0 (any free one) to 65535, not ${values.port}`);
}
const { sessions, answers } = values;
if (answers !== "auto" && answers !== "stream") {
  throw new RangeError(`--answers must be auto or stream, not ${answers}`);
}

const running = await createConformanceServer().start(streamableHttp({ port, sessions, answers }));
const [url] = running.urls;
console.log(`Serving on ${String(url)}`);

const stop = (): void => void running.drain({ timeoutMs: 1_000 });
process.once("SIGTERM", stop).once("SIGINT", stop);

if (process.send !== undefined) {
  process.send({ url });
  // Whoever started it is gone: nobody else would end it.
  process.once("disconnect", stop);
}
await running.closed;
process.exit();
