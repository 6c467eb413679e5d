import { memoryState, StateUnavailableError, type State } from "@towpath/mcp-core";
import { ManualClock, nodeView } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { Client } from "../../support/client.js";
import { begun, LOST, pass } from "../../support/lost-calls.js";
import { stage } from "../../support/stage.js";

/** A node, and another that has its logs in its own way. */
async function twoNodes(
  clock: ManualClock,
  change: (logs: State["logs"], cutOff: () => void) => State["logs"],
) {
  const state = memoryState({ clock });
  const options = { sessions: true, clock };
  const [ours, theirs] = [nodeView(state), nodeView(state)];
  const a = await stage(options, { state: ours, clock });
  const logs = change(theirs.logs, () => theirs.cutOff());
  const b = await stage(options, { state: { ...theirs, logs }, clock });
  return { a, b, kill: () => ours.kill(), reconnect: () => theirs.reconnect() };
}

describe("a call on a node that crashed is answered by another", () => {
  it("whose first look at its stream failed", async () => {
    const clock = new ManualClock();
    let looks = 0;
    const { a, b, kill } = await twoNodes(clock, (logs) => ({
      ...logs,
      info: (name) =>
        (looks += 1) === 1 ? Promise.reject(new StateUnavailableError("a moment")) : logs.info(name),
    }));
    const client = await Client.begin(a.url);
    const { call, id } = await begun(a, client, "long");
    kill();
    call.cut();
    const resumed = await client.at(b.url).get(id);
    await pass(clock, 20_000);
    expect(await resumed.rest()).toMatchObject([LOST]);
  });

  it("that was cut off from the state as it was about to", async () => {
    const clock = new ManualClock();
    let tries = 0;
    const { a, b, kill, reconnect } = await twoNodes(clock, (logs, cutOff) => ({
      ...logs,
      append: (name, entry, how) => {
        if (entry.includes(String(LOST.error.code)) && (tries += 1) === 1) cutOff();
        return logs.append(name, entry, how);
      },
    }));
    const client = await Client.begin(a.url);
    const { call, id } = await begun(a, client, "long");
    kill();
    call.cut();
    const resumed = await client.at(b.url).get(id);
    await pass(clock, 20_000);
    expect(tries).toBe(1);
    reconnect();
    await pass(clock, 20_000);
    expect(await resumed.rest()).toMatchObject([LOST]);
    expect(tries).toBe(2);
  });
});
