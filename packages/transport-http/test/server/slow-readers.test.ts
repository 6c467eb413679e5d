import { McpServer } from "@towpath/mcp-core";
import { z } from "zod";
import { describe, expect, it } from "vitest";
import { deferred } from "@towpath/test-support/deferred.js";
import { RawConnection } from "@towpath/test-support/raw-connection.js";
import { ERAS, postText, toolCall } from "../support/requests.js";
import { startServer } from "../support/start-server.js";

const TEXT = "x".repeat(10_000);
const MESSAGES = 10_000;
/** A tenth of what is sent, and more than the buffers of a connection hold. */
const MOST_BYTES = (TEXT.length * MESSAGES) / 10;

const told = { meta: { progressToken: 1, "io.modelcontextprotocol/logLevel": "debug" } };

/** A server whose tools say much more than anybody reads. */
function talkative() {
  const [flooded, over] = [deferred(), deferred<string>()];
  const mcp = new McpServer("talkative");
  mcp.tool("flood", { input: z.object({}) }, async (_args, ctx) => {
    for (let done = 1; done <= MESSAGES; done++) {
      void ctx.progress(done, MESSAGES, TEXT);
      ctx.log.info(TEXT);
      if (done % 100 === 0) await new Promise(setImmediate);
    }
    flooded.resolve();
    return "flooded";
  });
  mcp.tool("await", { input: z.object({}) }, async (_args, ctx) => {
    let done = 0;
    try {
      while (done < MESSAGES && !ctx.signal.aborted) await ctx.progress((done += 1), MESSAGES, TEXT);
    } finally {
      over.resolve(done < MESSAGES ? "early" : "at its end");
    }
    return "done";
  });
  mcp.tool("large", { input: z.object({}) }, () => "x".repeat(50_000_000));
  return { mcp, flooded: flooded.promise, over: over.promise };
}

describe.each(ERAS)("a client that does not read its stream, in the %s era,", (era) => {
  it("costs little: progress is reduced to the latest, logs to a count, and the result is there", async () => {
    const { mcp, flooded } = talkative();
    const { port } = await startServer(mcp);
    const connection = await RawConnection.open(port);
    connection.socket.pause();
    connection.write(postText(toolCall(era, "flood", {}, told)));
    await flooded;
    connection.socket.resume();
    const { body } = await connection.response();
    expect(body.length).toBeLessThan(MOST_BYTES);
    expect(body).toContain(`"progress":${String(MESSAGES)},`);
    expect(body).toContain('"text":"flooded"');
    if (era === "stateless") expect(body).toMatch(/\d+ log messages were dropped/);
  });

  it("makes a handler wait that waits for its progress, and is cut off in time", async () => {
    const { mcp, over } = talkative();
    const { port, links, drain } = await startServer(mcp, {
      resumable: false,
      limits: { stallTimeoutMs: 100, maxInFlight: 1 },
    });
    const connection = await RawConnection.open(port);
    connection.socket.pause();
    connection.write(postText(toolCall(era, "await", {}, told)));
    // Only in the stateless era is a request given up with its connection.
    expect(await over).toBe(era === "stateless" ? "early" : "at its end");
    connection.socket.resume();
    await connection.closed;
    expect(connection.received).not.toContain('"text":"done"');
    await links.none();
    await drain({ timeoutMs: Infinity });
  });

  it("or its one large answer, is cut off in time", async () => {
    const { mcp } = talkative();
    const { port, links, drain } = await startServer(mcp, { limits: { stallTimeoutMs: 100 } });
    const connection = await RawConnection.open(port);
    connection.socket.pause();
    connection.write(postText(toolCall(era, "large")));
    await links.none();
    const drained = drain({ timeoutMs: Infinity });
    await drained;
    connection.socket.resume();
    await connection.closed;
    expect(connection.received.length).toBeLessThan(50_000_000);
  });
});
