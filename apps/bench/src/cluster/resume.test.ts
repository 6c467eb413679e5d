import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { deferred } from "@towpath/test-support/deferred.js";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Target } from "../http/requests.js";
import { leaveAfterFirst, resume } from "./resume.js";

async function serve(answer: (req: IncomingMessage, res: ServerResponse) => void): Promise<Target> {
  const server = createServer(answer);
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // It listens on TCP.
  const { port } = server.address() as AddressInfo;
  return { port, mode: "sessions", answers: "sse", accept: "", revision: "2025-11-25" };
}

const event = (id: string, data: string): string => `id: ${id}\ndata: ${data}\n\n`;

describe("leaveAfterFirst", () => {
  it("gives the id of the first event that has a message, and leaves", async () => {
    const gone = deferred<undefined>();
    const target = await serve((_, res) => {
      res.on("close", () => gone.resolve(undefined));
      res.write(event("s.-", ""));
      res.write(event("s.1-1", '{"method":"notifications/progress"}'));
    });
    expect(await leaveAfterFirst(target, 3, 10)).toBe("s.1-1");
    await gone.promise;
  });
});

describe("resume", () => {
  it("reads what follows an event, to the response", async () => {
    const asked: unknown[] = [];
    const target = await serve((req, res) => {
      asked.push(req.headers["last-event-id"]);
      res.write(event("s.1-2", '{"method":"notifications/progress"}'));
      res.write(event("s.1-3", '{"id":1,"result":{}}'));
    });
    const resumed = await resume(target, "s.1-1");
    expect(asked).toEqual(["s.1-1"]);
    expect(resumed).toMatchObject({ events: 2 });
    expect(resumed.firstMs).toBeLessThanOrEqual(resumed.ms);
  });

  it("fails where the stream cannot be taken up", async () => {
    const target = await serve((_, res) => {
      res.writeHead(410, { connection: "close" }).end("gone");
    });
    await expect(resume(target, "s.1-1")).rejects.toThrow("HTTP/1.1 410");
  });
});
