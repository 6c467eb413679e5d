import { REVISIONS, type Revision } from "@towpath/mcp-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

describe.each(REVISIONS)("the pipes of a server's process, in revision %s,", (revision) => {
  let peer: StdioPeer;
  let client: RawClient;

  beforeAll(async () => {
    ({ peer, client } = await open(revision));
  });
  afterAll(() => peer.end());

  it(req("stdio.newline-delimited"), async () => {
    const before = peer.lines.length;
    const text = "one\ntwo\r\nthree\u2028four";
    expect(await client.text("echo", { text })).toBe(text);
    expect(peer.lines.slice(before)).toHaveLength(1);
  });

  it(req("stdio.utf-8"), async () => {
    const text = "čaj, お茶, 🍵, e\u0301";
    const request = client.message("tools/call", { name: "echo", arguments: { text } });
    for (const byte of Buffer.from(`${JSON.stringify(request)}\n`)) peer.write(Uint8Array.of(byte));
    expect(textOf(await client.response(request.id))).toBe(text);
  });

  it(req("stdio.stdout-is-for-messages"), async () => {
    expect(await client.text("print", { text: "for the log" })).toBe("printed");
    await peer.stderrLine("for the log");
    expect(peer.lines.join("\n")).not.toContain("for the log");
  });
});

describe.concurrent.each(REVISIONS)("a server's process in revision %s", (revision) => {
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
