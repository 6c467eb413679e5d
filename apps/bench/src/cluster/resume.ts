import { connect } from "node:net";
import { getStream, type Target } from "../http/requests.js";
import { toolCall } from "./calls.js";

const answerTimeoutMs = 60_000;
const anId = /(?:^|\n)id: ?([^\r\n]+)\r?\n(?:event: ?message\r?\n)?data: ?\{/;
const response = '"result":';

/** Sends a request, and shows all that has come until `enough` says so; then leaves at once. */
async function untilSeen(
  port: number,
  request: Buffer,
  enough: (chunk: Buffer, text: () => string) => boolean,
): Promise<void> {
  const chunks: Buffer[] = [];
  const socket = connect(port, "127.0.0.1");
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`Nothing more came in ${answerTimeoutMs} ms.`)),
        answerTimeoutMs,
      );
      socket.on("error", reject);
      socket.on("close", () => {
        const said = Buffer.concat(chunks).toString().slice(0, 300);
        reject(new Error(`The server closed a connection: ${said}`));
      });
      socket.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        if (enough(chunk, () => Buffer.concat(chunks).toString())) resolve();
      });
      socket.write(request);
    });
  } finally {
    clearTimeout(timer);
    socket.removeAllListeners("close");
    socket.resetAndDestroy();
  }
}

/** Begins a call that tells of its progress in so many events, and leaves with the first; gives the id of that. */
export async function leaveAfterFirst(target: Target, events: number, characters: number): Promise<string> {
  let id: string | undefined;
  await untilSeen(target.port, toolCall(target, "tell", { events, characters }), (_, text) => {
    id = anId.exec(text())?.[1];
    return id !== undefined;
  });
  return id ?? "";
}

/** How a stream came that was resumed. */
export interface Resumed {
  /** Until its first event, in ms. */
  readonly firstMs: number;
  /** Until its response, in ms. */
  readonly ms: number;
  readonly events: number;
  readonly bytes: number;
}

/** Takes up a stream after this event, and reads it to its end. */
export async function resume(target: Target, lastEventId: string): Promise<Resumed> {
  const request = getStream(target)
    .toString()
    .replace("\r\n\r\n", `\r\nLast-Event-ID: ${lastEventId}\r\n\r\n`);
  const start = performance.now();
  let firstMs: number | undefined;
  let ms = 0;
  let bytes = 0;
  let whole = "";
  await untilSeen(target.port, Buffer.from(request), (chunk, text) => {
    bytes += chunk.length;
    if (firstMs === undefined && chunk.includes("data: {")) firstMs = performance.now() - start;
    if (!chunk.includes(response)) return false;
    ms = performance.now() - start;
    whole = text();
    return true;
  });
  if (!whole.startsWith("HTTP/1.1 200 ")) throw new Error(`Expected a stream, got ${whole.slice(0, 300)}`);
  const events = whole.split("\ndata: {").length - 1;
  return { firstMs: firstMs ?? ms, ms, events, bytes };
}
