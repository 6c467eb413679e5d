import { RawConnection } from "@towpath/test-support/raw-connection.js";
import { describe, expect, it } from "vitest";
import { stage, type Stage } from "../support/stage.js";
import { Visitor } from "../support/visitor.js";

const WAYS: Readonly<Record<string, (connection: RawConnection) => void>> = {
  "resets its connection": (connection) => connection.vanish(),
  "closes its connection": (connection) => void connection.socket.destroy(),
};

const LIMITS = { maxSessions: 1, maxInFlight: 1 };

async function opened({ port }: Stage): Promise<readonly [RawConnection, string]> {
  const connection = await RawConnection.open(port);
  connection.write("GET /sse HTTP/1.1\r\nhost: localhost\r\n\r\n");
  const session = await connection.find((received) => /session=(.{36})\n/.exec(received)?.[1], "a session");
  return [connection, session];
}

/** Nothing is left of it: no link, no place that is taken, nothing a drain would wait for. */
async function expectNothingLeft({ links, url, drain }: Stage): Promise<void> {
  await links.none();
  const visitor = await Visitor.begin(url);
  expect(await visitor.call("add", { a: 1, b: 2 })).toMatchObject({ result: {} });
  await drain({ timeoutMs: Infinity });
}

describe.each(Object.entries(WAYS))("when a client %s", (_way, leave) => {
  it("right after it asked for a stream, nothing is left", async () => {
    const place = await stage({ limits: LIMITS });
    const connection = await RawConnection.open(place.port);
    await new Promise<void>((resolve) =>
      connection.socket.write("GET /sse HTTP/1.1\r\nhost: localhost\r\n\r\n", () => resolve()),
    );
    leave(connection);
    await connection.closed;
    await expect
      .poll(
        async () =>
          await fetch(place.url, { method: "GET", signal: AbortSignal.timeout(5_000) }).then(
            async (response) => {
              await response.body?.cancel();
              return response.status;
            },
          ),
      )
      .toBe(200);
    await expectNothingLeft(place);
  });

  it("with its stream open, nothing is left", async () => {
    const place = await stage({ limits: LIMITS });
    const [connection] = await opened(place);
    leave(connection);
    await expectNothingLeft(place);
  });

  it("while a request of its is served, that is given up", async () => {
    const place = await stage({ limits: LIMITS });
    const [connection, session] = await opened(place);
    const endpoint = new URL(`messages?session=${session}`, place.url);
    const post = (message: object): Promise<Response> =>
      fetch(endpoint, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", ...message }),
      });
    const clientInfo = { name: "test", version: "1" };
    await post({
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2024-11-05", capabilities: {}, clientInfo },
    });
    await post({ id: 1, method: "tools/call", params: { name: "play", arguments: { name: "x" } } });
    const { aborted } = await place.playing("x");
    leave(connection);
    await aborted;
    await place.links.none();
    expect((await post({ id: 2, method: "ping" })).status).toBe(404);
    await expectNothingLeft(place);
  });

  it("in the middle of a message, its session goes on", async () => {
    const place = await stage();
    const visitor = await Visitor.begin(place.url);
    const connection = await RawConnection.open(place.port);
    const { pathname, search } = visitor.endpoint;
    const head = `POST ${pathname}${search} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`;
    await new Promise<void>((resolve) => connection.socket.write(head, () => resolve()));
    leave(connection);
    await connection.closed;
    expect(await visitor.request("ping")).toMatchObject({ result: {} });
  });
});
