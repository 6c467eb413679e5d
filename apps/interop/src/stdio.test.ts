import { REVISIONS, type Revision } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { RawClient, textOf } from "./harness/client.js";
import { StdioPeer } from "./harness/stdio.js";
import { req } from "./requirements/index.js";

interface Opened {
  readonly peer: StdioPeer;
  readonly client: RawClient;
}

async function open(revision: Revision, leaveTimer = false): Promise<Opened> {
  const peer = new StdioPeer({ leaveTimer });
  const client = new RawClient(peer, revision);
  await client.introduce();
  return { peer, client };
}

describe.concurrent.each(REVISIONS)("a server's process in revision %s", (revision) => {
  it("keeps to the framing, and to its stdout", async () => {
    const { peer, client } = await open(revision);
    await checkFraming(client, peer);
    await checkEncoding(client, peer);
    await checkPrinting(client, peer);
    await peer.end();
  });

  it(req("stdio.server-exits"), async () => {
    const { peer } = await open(revision, true);
    expect(await peer.exit()).toEqual({ code: 0, signal: null });
  });

  it(req("stdio.server-finishes"), async () => {
    const { peer, client } = await open(revision);
    const waiting = client.sendCall("wait", { key: "last" });
    const releasing = client.message("tools/call", { name: "release", arguments: { key: "last" } });
    peer.write(JSON.stringify(releasing)); // no newline
    const answered = (await peer.end()).map(({ id }) => id);
    expect(answered).toEqual(expect.arrayContaining([waiting, releasing.id]));
  });
});

/** One process serves for what is checked on the wire alone: see the titles for the requirements. */
async function checkFraming(client: RawClient, peer: StdioPeer): Promise<void> {
  const before = peer.lines.length;
  const text = "one\ntwo\r\nthree\u2028four";
  expect(await client.text("echo", { text }), req("stdio.newline-delimited")).toBe(text);
  expect(peer.lines.slice(before), req("stdio.newline-delimited")).toHaveLength(1);
}

async function checkEncoding(client: RawClient, peer: StdioPeer): Promise<void> {
  const text = "čaj, お茶, 🍵, e\u0301";
  const request = client.message("tools/call", { name: "echo", arguments: { text } });
  for (const byte of Buffer.from(`${JSON.stringify(request)}\n`)) peer.write(Uint8Array.of(byte));
  expect(textOf(await client.response(request.id)), req("stdio.utf-8")).toBe(text);
}

async function checkPrinting(client: RawClient, peer: StdioPeer): Promise<void> {
  expect(await client.text("print", { text: "for the log" })).toBe("printed");
  expect(peer.lines.join("\n"), req("stdio.stdout-is-for-messages")).not.toContain("for the log");
  await client.settled();
  expect(peer.stderr, req("stdio.stdout-is-for-messages")).toContain("for the log");
}
