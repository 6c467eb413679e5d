import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.js";
import type { CallLimits } from "./call.js";
import { FetchCall } from "./fetch-call.js";

const LIMITS: CallLimits = {
  maxBodyBytes: 1000,
  maxTotalBodyBytes: 10_000,
  requestTimeoutMs: 1000,
  maxQueuedBytes: 200_000,
  stallTimeoutMs: 1000,
};

const URL = "http://a.example:80/mcp/%41?b=c";

function post(body: unknown, init: RequestInit = {}): FetchCall {
  // Node asks for `duplex` with a stream, which its own types do not know everywhere.
  const request = new Request(URL, { method: "POST", body, duplex: "half", ...init } as RequestInit);
  return new FetchCall(request, LIMITS);
}

const get = (init: RequestInit = {}, limits: Partial<CallLimits> = {}, clock?: ManualClock): FetchCall =>
  new FetchCall(new Request(URL, init), { ...LIMITS, ...limits }, undefined, clock);

const stream = (...chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: unknown) => error,
  );

describe("the head of a FetchCall", () => {
  it("has the method, the path without its query, and the headers, with Host from the URL", () => {
    const call = get({ headers: { "x-one": "1" } });
    expect([call.method, call.path]).toEqual(["GET", "/mcp/%41"]);
    expect(["X-One", "x-none", "Host"].map((name) => call.headers.get(name))).toEqual([
      "1",
      null,
      "a.example",
    ]);
  });

  it("has what stands behind the path", () => {
    const { query } = new FetchCall(new Request("https://a.example/mcp?a=1%202&b"), LIMITS);
    expect([...query]).toEqual([
      ["a", "1 2"],
      ["b", ""],
    ]);
  });
});

describe("the body of a FetchCall", () => {
  it.each(["", `{"a":"é漢😀"}`, "x".repeat(1000)])("is read: %.10s", async (text) => {
    expect(await post(text).body()).toEqual({ kind: "text", text });
  });

  it("is empty where there is none", async () => {
    expect(await get().body()).toEqual({ kind: "text", text: "" });
  });

  it("is read from pieces cut anywhere", async () => {
    const bytes = new TextEncoder().encode("漢字");
    const call = post(stream(bytes.subarray(0, 2), bytes.subarray(2, 4), bytes.subarray(4)));
    expect(await call.body()).toEqual({ kind: "text", text: "漢字" });
  });

  it("is what the host made of it", async () => {
    const call = new FetchCall(new Request(URL), LIMITS, { a: 1 });
    expect(await call.body()).toEqual({ kind: "parsed", value: { a: 1 } });
  });

  it.each([
    [
      "consumed",
      500,
      () => {
        const request = new Request(URL, { method: "POST", body: "x" });
        return request.text().then(() => new FetchCall(request, LIMITS));
      },
    ],
    ["encoding", 415, () => post("x", { headers: { "content-encoding": "br" } })],
    ["too-large", 413, () => post("", { headers: { "content-length": "1001" } })],
    ["too-large", 413, () => post(stream(new Uint8Array(600), new Uint8Array(600)))],
    ["not-utf8", 400, () => post(new Uint8Array([0xc3, 0x28]))],
    ["not-utf8", 400, () => post(new Uint8Array([0xe6]))],
    [
      "aborted",
      400,
      () => post(new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) })),
    ],
    ["aborted", 400, () => post(new ReadableStream(), { signal: AbortSignal.abort() })],
  ] as const)("is refused as %s with %d", async (kind, status, make) => {
    expect(await failure((await make()).body())).toMatchObject({ name: "BodyError", kind, status });
  });

  it("is refused when it is slow, and no longer read", async () => {
    const clock = new ManualClock();
    let cancelled = false;
    const body = new ReadableStream({ cancel: () => void (cancelled = true) });
    const init = { method: "POST", body, duplex: "half" };
    // As above.
    const call = new FetchCall(new Request(URL, init as RequestInit), LIMITS, undefined, clock);
    const failed = failure(call.body());
    clock.advance(1000);
    expect(await failed).toMatchObject({ kind: "timeout", status: 408 });
    expect(cancelled).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

describe("the bodies of FetchCalls together", () => {
  const total = { ...LIMITS, maxTotalBodyBytes: 1000 };
  const put = (body: unknown, limits = total, clock?: ManualClock, signal?: AbortSignal): FetchCall => {
    const init = { method: "PUT", body, duplex: "half", ...(signal !== undefined && { signal }) };
    // As above.
    return new FetchCall(new Request(URL, init as RequestInit), limits, undefined, clock);
  };
  const other = (limits = total): Promise<unknown> => failure(put("x".repeat(300), limits).body());
  const overloaded = { name: "BodyError", kind: "overloaded", status: 503 };

  /** A body of which 600 bytes are here, and that has not ended. */
  function begun(limits: CallLimits, clock?: ManualClock, signal?: AbortSignal) {
    let add: (piece: Uint8Array) => void = () => undefined;
    let end = (): void => undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        add = (piece) => controller.enqueue(piece);
        end = () => controller.close();
      },
    });
    add(new Uint8Array(600));
    const read = failure(put(body, limits, clock, signal).body());
    return { add, end, read };
  }

  it.each([
    ["ended", ({ end }: ReturnType<typeof begun>) => end()],
    ["turned out too large", ({ add }: ReturnType<typeof begun>) => add(new Uint8Array(600))],
    ["taken too long", (_: unknown, clock: ManualClock) => clock.advance(1000)],
    ["lost its client", (_: unknown, _clock: ManualClock, away: AbortController) => away.abort()],
  ])("are refused when they would be too much, until one has %s", async (_, ends) => {
    const limits = { ...total };
    const [clock, away] = [new ManualClock(), new AbortController()];
    const one = begun(limits, clock, away.signal);
    await expect.poll(() => other(limits)).toMatchObject(overloaded);
    ends(one, clock, away);
    await one.read;
    expect(await other(limits)).toBe("no error");
    expect(await failure(put("x".repeat(873), limits).body())).toMatchObject(overloaded);
    expect(await failure(put("x".repeat(872), limits).body())).toBe("no error");
  });
});

describe("a whole answer of a FetchCall", () => {
  it("has its status, headers and body", async () => {
    const call = get();
    call.send(201, { "x-a": "b" }, "é");
    const response = await call.response;
    expect([response.status, response.headers.get("x-a"), await response.text()]).toEqual([201, "b", "é"]);
  });

  it("may have no body, as with 204, and has none for HEAD", async () => {
    const [none, head] = [get(), get({ method: "HEAD" })];
    none.send(204, {});
    head.send(200, {}, "x");
    expect((await none.response).body).toBeNull();
    expect((await head.response).body).toBeNull();
  });
});

describe("an event stream of a FetchCall", () => {
  it("has its head at once, then its events in order, as bytes", async () => {
    const call = get();
    const sink = call.stream({ "x-a": "b" });
    const response = await call.response;
    expect(Object.fromEntries(response.headers)).toEqual({
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
      "x-a": "b",
    });
    expect(sink.write("data: 1\n\n")).toBeUndefined();
    expect(sink.write("data: 2\n\n")).toBeUndefined();
    sink.end("data: 3\n\n");
    expect(await response.text()).toBe("data: 1\n\ndata: 2\n\ndata: 3\n\n");
    sink.end("late");
    expect(sink.write("late")).toBeUndefined();
  });

  it("reaches a reader that waits", async () => {
    const call = get();
    const sink = call.stream({});
    const body: ReadableStream<Uint8Array> | null = (await call.response).body;
    const reader = body?.getReader();
    const [first, second] = [reader?.read(), reader?.read()];
    void sink.write("a");
    void sink.write("b");
    const text = new TextDecoder();
    expect([text.decode((await first)?.value), text.decode((await second)?.value)]).toEqual(["a", "b"]);
    sink.end();
    expect((await reader?.read())?.done).toBe(true);
  });

  it("makes writers wait for a reader that lags, and goes on when it has read", async () => {
    const call = get();
    const sink = call.stream({});
    const room = sink.write("x".repeat(100_000));
    expect(room).toBeInstanceOf(Promise);
    expect(sink.write("y")).toBe(room);
    const reader = (await call.response).body?.getReader();
    expect((await reader?.read())?.value).toHaveLength(100_001);
    await room;
    expect(sink.write("z")).toBeUndefined();
    sink.end();
  });

  it("is cut off when more waits than may, and its writers are let go", async () => {
    const call = get();
    const gone: string[] = [];
    call.onGone(() => gone.push("gone"));
    const sink = call.stream({});
    const room = sink.write("x".repeat(100_000));
    void sink.write("x".repeat(100_001));
    await room;
    expect(gone).toEqual(["gone"]);
    expect(await failure((await call.response).text())).toMatchObject({
      message: expect.stringContaining("not read") as string,
    });
  });

  it.each(["open", "ended"])("is cut off when it is %s and nothing is taken of what waits", async (state) => {
    const clock = new ManualClock();
    const call = get({}, {}, clock);
    const gone: string[] = [];
    call.onGone(() => gone.push("gone"));
    const sink = call.stream({});
    void sink.write("x");
    if (state === "ended") sink.end();
    const reader = (await call.response).body?.getReader();
    if (state === "open") {
      await reader?.read();
      clock.advance(1000);
      expect([gone, clock.pending]).toEqual([[], 0]);
      void sink.write("y");
    }
    clock.advance(1000);
    expect([gone, clock.pending]).toEqual([["gone"], 0]);
  });

  it("is gone when its reader cancels, or the request is aborted", async () => {
    const gone: string[] = [];
    const cancelled = get();
    cancelled.onGone(() => gone.push("cancelled"));
    const sink = cancelled.stream({});
    await (await cancelled.response).body?.cancel();
    expect(sink.write("x")).toBeUndefined();
    sink.end();

    const aborter = new AbortController();
    const aborted = get({ signal: aborter.signal });
    aborted.onGone(() => gone.push("never"));
    aborted.onGone(() => gone.push("aborted"));
    aborted.stream({});
    aborter.abort();
    aborter.abort();
    aborted.onGone(() => gone.push("late"));
    expect(gone).toEqual(["cancelled", "aborted", "late"]);
  });

  it("is not gone when it was read to its end", async () => {
    const gone: string[] = [];
    const aborter = new AbortController();
    const call = get({ signal: aborter.signal });
    call.onGone(() => gone.push("gone"));
    call.stream({}).end("x");
    await (await call.response).text();
    aborter.abort();
    expect(gone).toEqual([]);
  });
});
