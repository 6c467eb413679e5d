import { ProtocolError } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import type { Era } from "@towpath/mcp-core/transport";
import { describe, expect, it } from "vitest";
import { CONNECTORS, connected, rejection, type ClientStart } from "../support/clients.js";
import { like } from "@towpath/test-support/like.js";
import { ERAS } from "../support/requests.js";
import type { ScriptedCall } from "../support/scripted-call.js";
import { ScriptedServer } from "../support/scripted-server.js";
import { eventText } from "../support/scripted-stream.js";

const VIA = CONNECTORS.flatMap(([name, http]) => ERAS.map((era) => [name, era, http] as const));
const HELLO = { content: [{ type: "text", text: "Grüße, 世界 🌍" }] };

/** Calls a tool, which is answered by the test. */
async function called(
  era: Era,
  start: ClientStart,
  answer: (call: ScriptedCall) => void,
): Promise<{ readonly server: ScriptedServer; readonly outcome: Promise<unknown> }> {
  const server = await ScriptedServer.start(era, { "tools/call": answer });
  const client = await connected(server.url, start);
  return { server, outcome: client.callTool("play") };
}

describe.each(VIA)("over %s, in the %s era, a request is answered", (_name, era, http) => {
  const answered = async (answer: (call: ScriptedCall) => void, start: ClientStart = {}) => {
    const { outcome } = await called(era, { http, ...start }, answer);
    expect(await outcome).toMatchObject(HELLO);
  };
  const failed = async (answer: (call: ScriptedCall) => void, start: ClientStart = {}) => {
    const { outcome } = await called(era, { http, ...start }, answer);
    return rejection(outcome);
  };
  const response = (call: ScriptedCall): object => ({ jsonrpc: "2.0", id: call.message.id, result: HELLO });

  it("with JSON", () => answered((call) => call.result(HELLO)));

  it("with JSON whose type has parameters, in other letters", () =>
    answered((call) => call.result(HELLO, { "content-type": "Application/JSON ; charset=UTF-8" })));

  it("with JSON that says nothing of its type, or something else", async () => {
    await answered((call) => call.body(JSON.stringify(response(call))));
    await answered((call) => call.body(JSON.stringify(response(call)), 200, { "content-type": "text/html" }));
  });

  it("with JSON behind a byte order mark, in pieces of one byte", () =>
    answered((call) => {
      const stream = call.begin(200, { "content-type": "application/json" });
      stream.bytes(`\uFEFF${JSON.stringify(response(call))}`).end();
    }));

  it("with an event stream", () => answered((call) => call.stream().result(HELLO).end()));

  it("with an event stream whose type has parameters, in other letters", () =>
    answered((call) =>
      call.stream({ "content-type": "Text/Event-Stream;charset=utf-8" }).result(HELLO).end(),
    ));

  it.each(["\n", "\r\n", "\r"])("with an event stream cut at every byte, its lines ended with %j", (end) =>
    answered((call) => {
      const events = [
        ": hello\n\n",
        "event: other\ndata: {\n\n",
        "unknown: field\n",
        eventText(response(call)),
      ];
      call
        .stream()
        .bytes(`\uFEFF${events.join("")}`.replaceAll("\n", end))
        .end();
    }),
  );

  it("with characters cut in two anywhere", () =>
    answered((call) => {
      const bytes = Buffer.from(eventText(response(call)));
      const stream = call.stream();
      const at = bytes.indexOf("世");
      stream.write(bytes.subarray(0, at + 1)).write(bytes.subarray(at + 1, at + 2));
      stream.write(bytes.subarray(at + 2)).end();
    }));

  it("with an event whose data is on several lines", () =>
    answered((call) => {
      const lines = JSON.stringify(response(call), null, 1).split("\n");
      call
        .stream()
        .write(`${lines.map((line) => `data: ${line}\n`).join("")}\n`)
        .end();
    }));

  it("with several events in one piece, in their order", async () => {
    const heard: unknown[] = [];
    const server = await ScriptedServer.start(era);
    const client = await connected(server.url, { http });
    const outcome = client.callTool("play", {}, { onProgress: ({ progress }) => heard.push(progress) });
    const call = await server.seen("tools/call");
    const progress = (value: number): string => {
      const params = { progressToken: call.message.id, progress: value };
      return eventText({ jsonrpc: "2.0", method: "notifications/progress", params });
    };
    call.stream().write(progress(1) + progress(2) + progress(3) + eventText(response(call)) + progress(4));
    await outcome;
    expect(heard).toEqual([1, 2, 3]);
  });

  it("and the connection ended by the client, where the server leaves the stream open", async () => {
    const clock = new ManualClock();
    const start = { http: { ...http, clock } };
    const { outcome, server } = await called(era, start, (call) => void call.stream().result(HELLO));
    await outcome;
    clock.advance(1_000);
    await (
      await server.seen("tools/call")
    ).over;
  });

  it.each([200, 400, 404, 500])("with an error of JSON-RPC, in a body of status %i", async (status) => {
    const error = await failed((call) => call.error(-32602, "no such thing", status, { why: "so" }));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code: -32602, message: "no such thing", data: { why: "so" } });
  });

  it.each([{ id: null }, {}])("with an error that names no request: %j", async (id) => {
    for (const status of [200, 400, 500]) {
      const error = await failed((call) =>
        call.json({ jsonrpc: "2.0", ...id, error: { code: -32603, message: "broken" } }, status),
      );
      expect(error).toMatchObject({ name: "ProtocolError", code: -32603, message: "broken" });
    }
  });

  it.each([202, 204, 400, 404, 409, 418, 429, 500, 503])("with a page of status %i", async (status) => {
    const page = status === 204 ? "" : "<h1>No</h1>";
    const error = await failed((call) => call.body(page, status, { "content-type": "text/html" }));
    expect(error).toMatchObject({ name: "HttpStatusError", status, body: page });
    expect(String(error)).toContain(`status ${String(status)}`);
  });

  it.each([
    ["UnauthorizedError", 401],
    ["ForbiddenError", 403],
  ])("with an %s, which has the challenges", async (name, status) => {
    const challenge =
      'Bearer resource_metadata="https://a.example/meta", error="insufficient_scope", Basic x';
    const error = await failed((call) =>
      call.json({ jsonrpc: "2.0", id: call.message.id, error: { code: -32000, message: "no" } }, status, {
        "www-authenticate": challenge,
      }),
    );
    expect(error).toMatchObject({
      name,
      status,
      challenges: [
        {
          scheme: "bearer",
          params: { resource_metadata: "https://a.example/meta", error: "insufficient_scope" },
        },
        { scheme: "basic" },
      ],
    });
  });

  it("with an error for what is no response", async () => {
    const bodies = ["<h1>Hello</h1>", "", "null", "[]", "42", '{"jsonrpc":"2.0"}', '{"id":999,"result":{}}'];
    for (const body of bodies) {
      const error = await failed((call) => call.body(body, 200, { "content-type": "application/json" }));
      expect(error).toMatchObject({ name: "UnreadableResponseError" });
    }
  });

  it("with an error for an answer to something else", async () => {
    const noise: string[] = [];
    const error = await failed((call) => call.json({ jsonrpc: "2.0", id: 999, result: {} }), {
      onNoise: (description) => noise.push(description),
    });
    expect(error).toMatchObject({ name: "UnreadableResponseError" });
    expect(noise).toEqual([like("an answer that nobody waits for here")]);
  });

  it("with an error when the connection ends instead, or in the middle of the body", async () => {
    const silent = await failed((call) => call.cut());
    expect(silent).toMatchObject({ name: "ConnectionLostError", mayHaveBeenDelivered: true });
    const halved = await failed((call) =>
      call.begin(200, { "content-type": "application/json" }).write("{").cut(),
    );
    expect(halved).toMatchObject({ name: "ConnectionLostError", mayHaveBeenDelivered: true });
  });
});
