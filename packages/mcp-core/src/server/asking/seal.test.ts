import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accepted, asked, asking, EVERYTHING, round, said } from "../../../test/support/asking.js";
import { openLink } from "../../../test/support/link.js";
import { random, shuffled } from "../../../test/support/random.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { memoryState } from "../../state/memory/memory-state.js";
import { McpServer } from "../server.js";
import type { McpServerOptions } from "../options.js";
import { newJournal } from "./journal.js";
import { OwnRecords } from "./own-records.js";
import { RequestStates, stateContext } from "./request-state.js";
import { Sealer, type SealOptions } from "./seal.js";
import { ManualClock } from "../../testing/manual-clock.js";

const VARIABLE = "TOWPATH_STATE_KEYS";
const key = (name: string): string => name.repeat(32).slice(0, 32);
const REFUSED = {
  code: -32602,
  message: "Invalid params: params.requestState was not given out for this request, or has expired",
};

const sealer = (keys: SealOptions["keys"], shared?: SealOptions["shared"]): Sealer =>
  new Sealer({ keys, shared, ttlMs: 1_000 });

/** A server whose tool wants one answer, under the key `a`. */
const server = (options: McpServerOptions = {}) =>
  asking(async (ctx) => (await ctx.elicit("A?", undefined, { key: "a" })).action, options);

/** Whether what one server sealed is good for another. */
async function opens(from: McpServerOptions, to: McpServerOptions): Promise<boolean> {
  const { state } = asked(await server(from).round());
  const reply = await server(to).round({ a: accepted() }, state);
  if (reply?.error !== undefined) expect(reply.error).toEqual(REFUSED);
  return said(reply) === "accept";
}

let before: string | undefined;
beforeEach(() => {
  before = process.env[VARIABLE];
  Reflect.deleteProperty(process.env, VARIABLE);
});
afterEach(() => {
  if (before === undefined) Reflect.deleteProperty(process.env, VARIABLE);
  else process.env[VARIABLE] = before;
});

describe("the keys of requestState", () => {
  it("come from an option, the same on all nodes", async () => {
    const bytes = new TextEncoder().encode(key("b"));
    expect(await opens({ stateKeys: [key("a")] }, { stateKeys: [key("a")] })).toBe(true);
    expect(await opens({ stateKeys: [bytes] }, { stateKeys: [key("b")] })).toBe(true);
    expect(await opens({ stateKeys: [key("a")] }, { stateKeys: [key("b")] })).toBe(false);
  });

  it("may change: the newest seals, the older ones open", async () => {
    const [old, both, fresh] = [[key("a")], [key("b"), key("a")], [key("b")]].map((stateKeys) => ({
      stateKeys,
    }));
    expect(await opens(old ?? {}, both ?? {})).toBe(true);
    expect(await opens(both ?? {}, fresh ?? {})).toBe(true);
    expect(await opens(old ?? {}, fresh ?? {})).toBe(false);
    expect(await opens(both ?? {}, old ?? {})).toBe(false);
  });

  it("come from the environment, where there is no option", async () => {
    process.env[VARIABLE] = `${key("a")},${key("b")}`;
    expect(await opens({}, { stateKeys: [key("a")] })).toBe(true);
    expect(await opens({ stateKeys: [key("b")] }, {})).toBe(true);
    expect(await opens({ stateKeys: [key("c")] }, {})).toBe(false);
    expect(await opens({ stateKeys: [key("c")] }, { stateKeys: [key("c")] })).toBe(true);
  });

  it("are the same whatever blanks stand around them in the environment", async () => {
    process.env[VARIABLE] = ` ${key("a")} , ${key("b")}\n`;
    expect(await opens({ stateKeys: [key("a")] }, {})).toBe(true);
    expect(await opens({ stateKeys: [key("b")] }, {})).toBe(true);
  });

  it("come from the shared state, where there are no others", async () => {
    const state = memoryState();
    expect(await opens({ state }, { state })).toBe(true);
    expect(await opens({ state }, { state: memoryState() })).toBe(false);
    process.env[VARIABLE] = "";
    expect(await opens({ state }, { state })).toBe(true);
    process.env[VARIABLE] = key("a");
    expect(await opens({ state }, { stateKeys: [key("a")] })).toBe(true);
  });

  it("are one also for nodes that make the first at the same time", async () => {
    const { records } = memoryState();
    const nodes = [1, 2, 3].map(() => sealer(undefined, records));
    const sealed = await Promise.all(nodes.map((node) => node.seal("text", "here")));
    const opened = await Promise.all(nodes.flatMap((node) => sealed.map((one) => node.open(one, "here"))));
    expect(opened).toEqual(Array(9).fill("text"));
  });

  it("belong to the process, where nothing else is said", async () => {
    expect(await opens({}, {})).toBe(false);
    const { round } = server();
    expect(said(await round({ a: accepted() }, asked(await round()).state))).toBe("accept");
  });

  it("are looked for again when the state could not be reached", async () => {
    const { records } = memoryState();
    let reachable = false;
    const shared: SealOptions["shared"] = {
      ...records,
      create: (...args) => records.create(...args),
      get: (...args) => (reachable ? records.get(...args) : Promise.reject(new Error("not now"))),
    };
    const node = sealer(undefined, shared);
    await expect(node.seal("text", "here")).rejects.toThrow("not now");
    reachable = true;
    expect(await node.open(await node.seal("text", "here"), "here")).toBe("text");
  });

  it.each([
    ["too short", ["short"], RangeError, "A key in stateKeys needs at least 32 characters or bytes"],
    ["too short, among others", [key("a"), new Uint8Array(31)], RangeError, "A key in stateKeys needs"],
    ["none", [], RangeError, "stateKeys must hold at least one key"],
    ["a number", [1], TypeError, "A key in stateKeys must be a string or a Uint8Array"],
    ["nothing", [null], TypeError, "A key in stateKeys must be a string or a Uint8Array"],
  ])("are refused when the server is made, if one is %s", (_what, keys, type, message) => {
    const make = (): unknown => new McpServer("s", { stateKeys: keys as string[] });
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });

  it("are refused by the name of the variable they are from", async () => {
    process.env[VARIABLE] = "short";
    const { round } = server();
    expect(said(await round())).toBe(`A key in ${VARIABLE} needs at least 32 characters or bytes`);
  });
});

describe("a sealed state", () => {
  const secret = "what only the server is to know";
  const params: JsonObject = { name: "run", arguments: { a: { b: [1, { c: "deep" }] }, d: null } };
  const context = stateContext("s", "ann", "tools/call", params);
  const clock = { now: 1_000 };
  const states = new RequestStates({
    sealer: sealer([key("k")]),
    records: new OwnRecords(new ManualClock()),
    ttlMs: 500,
    now: () => clock.now,
  });
  const journal = { ...newJournal(), steps: new Map([["step", [secret]]]) };

  const isOpen = async (state: unknown, where = context): Promise<boolean> => {
    try {
      return (await states.read(state, where)).journal.callId === journal.callId;
    } catch (error) {
      expect(error).toMatchObject(REFUSED);
      return false;
    }
  };

  it("shows nothing of what is in it, and is never the same twice", async () => {
    const [one, two] = [await states.write(journal, context), await states.write(journal, context)];
    expect(one).not.toBe(two);
    const bytes = one.split(".").map((part) => Buffer.from(part, "base64url").toString("latin1"));
    for (const shown of [one, ...bytes])
      for (const hidden of [secret, "step", "journal", "expires", journal.callId, "ann", "deep"])
        expect(shown).not.toContain(hidden);
  });

  it("is refused with any change to any of its characters", async () => {
    const sealed = await states.write(journal, context);
    const next = random(1);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n\0é";
    const changed = Array.from(sealed).flatMap((character, at) => {
      const others = shuffled(
        Array.from(alphabet).filter((other) => other !== character),
        next,
      );
      const [before, after] = [sealed.slice(0, at), sealed.slice(at + 1)];
      // Near the ends of the parts are the bits that base64 does not use: all are tried there.
      const few = /^.?(\.|$)/.test(after) ? others : others.slice(0, 3);
      return [
        ...few.map((other) => before + other + after),
        before + after,
        before + character + character + after,
      ];
    });
    const opened = await Promise.all(changed.map((one) => isOpen(one)));
    expect(changed.filter((_, index) => opened[index])).toEqual([]);
    expect(await isOpen(sealed)).toBe(true);
  });

  it("is refused with anything before, after or between its parts", async () => {
    const sealed = await states.write(journal, context);
    const [id = "", iv = "", data = ""] = sealed.split(".");
    const wrong = ["", ".", "..", `${sealed}.`, `${sealed}.more`, `.${sealed}`, ` ${sealed}`, `${sealed}\n`];
    const mixed = [`${id}.${data}.${iv}`, `${id}..${data}`, `${id}.${iv}.`, `${id}.${iv}`, `${iv}.${data}`];
    for (const one of [...wrong, ...mixed, sealed.toUpperCase(), sealed.repeat(2)])
      expect([one, await isOpen(one)]).toEqual([one, false]);
    for (const one of [undefined, null, 1, {}, [sealed]]) expect(await isOpen(one)).toBe(false);
  });

  it("is refused in another spelling of the same bytes", async () => {
    const node = sealer([key("k")]);
    const next = random(3);
    for (let length = 0; length < 60; length += 1) {
      const sealed = await node.seal("x".repeat(length), "here");
      const at = Math.floor(next() * sealed.length);
      const spellings = [
        sealed.replaceAll("-", "+"),
        sealed.replaceAll("_", "/"),
        ...["=", "==", " ", "\n", "A"].map((end) => sealed + end),
        `${sealed.slice(0, at)}\t${sealed.slice(at)}`,
        sealed.slice(0, -1) + String.fromCharCode(sealed.charCodeAt(sealed.length - 1) + 1),
        sealed.slice(0, -1) + String.fromCharCode(sealed.charCodeAt(sealed.length - 1) - 1),
      ].filter((other) => other !== sealed);
      const opened = await Promise.all(spellings.map((other) => node.open(other, "here")));
      expect(opened.filter((text) => text !== undefined)).toEqual([]);
      expect(await node.open(sealed, "here")).toBe("x".repeat(length));
    }
  });

  it("is refused with parts of another", async () => {
    const [one, two] = [await states.write(journal, context), await states.write(journal, context)];
    const [a, b] = [one.split("."), two.split(".")];
    for (const at of [1, 2]) expect(await isOpen(a.with(at, b[at] ?? "").join("."))).toBe(false);
  });

  it("is good for one server, principal, method and set of params only", async () => {
    const sealed = await states.write(journal, context);
    const others = [
      stateContext("t", "ann", "tools/call", params),
      stateContext("s", "bob", "tools/call", params),
      stateContext("s", undefined, "tools/call", params),
      stateContext("s", "", "tools/call", params),
      stateContext("s", "ann", "prompts/get", params),
      stateContext("s", "ann", "tools/call", undefined),
      ...variants(params).map((other) => stateContext("s", "ann", "tools/call", other)),
    ];
    expect(others.length).toBeGreaterThan(20);
    for (const other of others) expect([other, await isOpen(sealed, other)]).toEqual([other, false]);
  });

  it("is good for a principal called null only as that", async () => {
    const anonymous = await states.write(journal, stateContext("s", undefined, "tools/call", params));
    expect(await isOpen(anonymous, stateContext("s", "null", "tools/call", params))).toBe(false);
  });

  it("is good whatever the order of params, and whatever belongs to the round", async () => {
    const sealed = await states.write(journal, context);
    const next = random(2);
    for (let time = 0; time < 20; time += 1) {
      const round = { _meta: { time }, inputResponses: { a: time }, requestState: String(time) };
      const other = reordered({ ...params, ...round }, next) as JsonObject; // as it was one
      expect(await isOpen(sealed, stateContext("s", "ann", "tools/call", other))).toBe(true);
    }
  });

  it("is good until it expires, and not a millisecond longer", async () => {
    const sealed = await states.write(journal, context);
    clock.now += 499;
    expect(await isOpen(sealed)).toBe(true);
    clock.now += 1;
    expect(await isOpen(sealed)).toBe(false);
  });

  it("is refused when another program sealed it with the same key", async () => {
    const other = sealer([key("k")]);
    const texts = [{}, { expires: 1e15 }, { expires: 1e15, journal: [] }, { expires: 1e15, kept: "nowhere" }];
    for (const text of texts)
      expect(await isOpen(await other.seal(JSON.stringify(text), context))).toBe(false);
  });
});

describe("requestState in a request", () => {
  const named = (id: string, mcp: McpServer) => openLink(mcp, { principal: { id } });

  it("is for whoever it was given to", async () => {
    const { server: mcp } = server();
    const { state } = asked(await round(named("ann", mcp)));
    const answers = { a: accepted() };
    expect((await round(named("bob", mcp), answers, state))?.error).toEqual(REFUSED);
    expect((await round(openLink(mcp), answers, state))?.error).toEqual(REFUSED);
    expect(said(await round(named("ann", mcp), answers, state))).toBe("accept");
  });

  it("is for the tool and the method it was given for", async () => {
    const { server: mcp, round: again, stateless } = server();
    mcp.tool("other", {}, async (_args, ctx) => (await ctx.elicit("A?", undefined, { key: "a" })).action);
    mcp.prompt("run", {}, async (_args, ctx) => (await ctx.elicit("A?", undefined, { key: "a" })).action);
    const { state } = asked(await again());
    const retry = { inputResponses: { a: accepted() }, requestState: state };
    const wrong = [
      ["tools/call", { name: "other", ...retry }],
      ["tools/call", { name: "run", arguments: {}, ...retry }],
      ["prompts/get", { name: "run", ...retry }],
    ] as const;
    for (const [method, params] of wrong)
      expect((await stateless(method, params, { capabilities: EVERYTHING }))?.error).toEqual(REFUSED);
    expect(said(await again({ a: accepted() }, state))).toBe("accept");
  });

  it("begins no work when it is refused", async () => {
    let runs = 0;
    const { round: again } = asking(() => String((runs += 1)));
    expect((await again({}, "made.up.state"))?.error).toEqual(REFUSED);
    expect(runs).toBe(0);
  });
});

/** Every value that differs from this one in a single place. */
function variants(value: JsonObject): JsonObject[] {
  const changed = (part: JsonValue | undefined): JsonValue[] => {
    if (Array.isArray(part)) {
      const list = part as readonly JsonValue[];
      const inside = list.flatMap((one, at) => changed(one).map((other) => list.with(at, other)));
      return [
        ...inside,
        [...list, null],
        list.slice(1),
        list.toReversed(),
        Object.fromEntries(list.entries()),
      ];
    }
    if (typeof part === "object" && part !== null) return variants(part as JsonObject);
    return [String(part), `${String(part)} `, [part ?? null], 0, {}].filter((other) => other !== part);
  };
  return [
    { ...value, more: null },
    ...Object.keys(value).flatMap((name) => [
      Object.fromEntries(Object.entries(value).filter(([other]) => other !== name)),
      Object.fromEntries(
        Object.entries(value).map(([other, one]) => [other === name ? `${name}_` : other, one]),
      ),
      ...changed(value[name]).map((other) => ({ ...value, [name]: other })),
    ]),
  ].filter((other) => JSON.stringify(other) !== JSON.stringify(value));
}

function reordered(value: JsonValue, next: () => number): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((one) => reordered(one, next));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    (entry): entry is [string, JsonValue] => entry[1] !== undefined,
  );
  return Object.fromEntries(shuffled(entries, next).map(([name, one]) => [name, reordered(one, next)]));
}
