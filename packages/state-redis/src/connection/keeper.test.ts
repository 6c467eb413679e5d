import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Keeper, type Attempt, type Connection } from "./keeper.js";

class Fake implements Connection {
  destroyed = false;
  ping(): Promise<void> {
    return Promise.resolve();
  }
  destroy(): void {
    this.destroyed = true;
  }
}

/** A keeper whose attempts end as `outcomes` says, one after the other, and then succeed. */
function keep(...outcomes: ("fails" | "hangs")[]) {
  const attempts: { readonly attempt: Attempt; readonly connection: Fake }[] = [];
  const onOpen = vi.fn<(again: boolean) => void>();
  const onDown = vi.fn<(cause: unknown) => void>();
  const keeper = new Keeper<Fake>({
    open: (attempt) => {
      const connection = new Fake();
      attempts.push({ attempt, connection });
      const outcome = outcomes.shift();
      if (outcome === "fails") return Promise.reject(new Error("refused"));
      if (outcome === undefined) return Promise.resolve(connection);
      return new Promise((_, reject) => {
        attempt.signal.addEventListener("abort", () => reject(attempt.signal.reason as Error));
      });
    },
    connectTimeoutMs: 30,
    maxReconnectDelayMs: 20,
    onOpen,
    onDown,
  });
  keeper.start();
  const ask = () => new Promise<Fake>((resolve, reject) => keeper.use(resolve, reject));
  const opened = () => vi.waitUntil(() => keeper.current, { timeout: 30_000 });
  return { keeper, attempts, onOpen, onDown, ask, opened };
}

describe("Keeper", () => {
  it("lets whoever asks during the first attempt wait for it, in order", async () => {
    const { keeper, onOpen } = keep();
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3].map(
        (i) =>
          new Promise<void>((resolve, reject) => {
            keeper.use(() => {
              order.push(i);
              resolve();
            }, reject);
          }),
      ),
    );
    expect(order).toEqual([1, 2, 3]);
    expect(onOpen.mock.calls).toEqual([[false]]);
    keeper.close();
  });

  it("tells them why it failed, and whoever asks later at once, until it is there", async () => {
    const { keeper, ask, opened } = keep("fails", "fails");
    await expect(ask()).rejects.toThrow("refused");
    await expect(ask()).rejects.toThrow("refused");
    const connection = await opened();
    expect(await ask()).toBe(connection);
    keeper.close();
  });

  it("gives up an attempt that takes too long, and tries again", async () => {
    const { keeper, ask, opened, attempts } = keep("hangs");
    await expect(ask()).rejects.toThrow("no connection within 30 ms");
    await opened();
    expect(attempts).toHaveLength(2);
    keeper.close();
  });

  it("aborts an attempt that failed, so that what it opened is freed", async () => {
    const { keeper, ask, attempts } = keep("fails");
    await expect(ask()).rejects.toThrow("refused");
    expect(attempts[0]?.attempt.signal.aborted).toBe(true);
    keeper.close();
  });

  it("opens another when one is lost, and says that there was one", async () => {
    const { keeper, attempts, opened, onOpen, onDown } = keep();
    const first = await opened();
    attempts[0]?.attempt.lost(new Error("reset"));
    expect(first.destroyed).toBe(true);
    expect(keeper.current).toBeUndefined();
    expect(onDown).toHaveBeenCalledTimes(1);
    expect(await opened()).not.toBe(first);
    expect(onOpen.mock.calls).toEqual([[false], [true]]);
    attempts[0]?.attempt.lost(new Error("reset again"));
    expect(keeper.current).toBeDefined();
    keeper.close();
  });

  it("does not use a connection that broke while it was prepared", async () => {
    const { keeper, attempts, opened } = keep();
    attempts[0]?.attempt.lost(new Error("reset"));
    await opened();
    expect(attempts[0]?.connection.destroyed).toBe(true);
    expect(keeper.current).toBe(attempts[1]?.connection);
    keeper.close();
  });

  it("aborts the attempt under way when closed, and makes no other", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { keeper, attempts, onDown } = keep("hangs");
    expect(keeper.close()).toBeUndefined();
    expect(attempts[0]?.attempt.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(attempts).toHaveLength(1);
    expect(onDown).not.toHaveBeenCalled();
  });
});
