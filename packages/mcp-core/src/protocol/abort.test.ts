import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { onAbort, unlessAborted } from "./abort.js";

describe("following a signal", () => {
  it("takes one listener for all, and none when nobody follows any more", () => {
    const { signal } = new AbortController();
    const stops = Array.from({ length: 100 }, () => onAbort(signal, () => undefined));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    for (const stop of stops) stop();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    onAbort(signal, () => undefined);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
  });

  it("calls back those who follow at that time, and may stop meanwhile", () => {
    const controller = new AbortController();
    const heard: string[] = [];
    onAbort(controller.signal, () => heard.push("stopped"))();
    const stop = onAbort(controller.signal, () => {
      stop();
      heard.push("first");
      stopOther();
    });
    onAbort(controller.signal, () => heard.push("second"));
    const stopOther = onAbort(controller.signal, () => heard.push("third"));
    controller.abort();
    expect(heard).toEqual(["first", "second"]);
  });

  it("stopped twice, leaves the others alone", () => {
    const controller = new AbortController();
    const heard: string[] = [];
    const stop = onAbort(controller.signal, () => undefined);
    stop();
    onAbort(controller.signal, () => heard.push("later"));
    stop();
    onAbort(controller.signal, () => heard.push("last"));
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    controller.abort();
    expect(heard).toEqual(["later", "last"]);
  });
});

describe("a promise that is waited for unless a signal is aborted", () => {
  it("settles as it does, and lets go of the signal", async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve(1), signal)).toBe(1);
    await expect(unlessAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("rejects with the reason when that comes first, or was there before", async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(new Promise(() => undefined), controller.signal);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(unlessAborted(Promise.resolve(1), controller.signal)).rejects.toThrow("enough");
  });
});
