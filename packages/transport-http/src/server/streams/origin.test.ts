import { describe, expect, it } from "vitest";
import { aboutOf, lostAnswer, originIn } from "./origin.js";

const NODE = "a-node";

/** What is answered where a node is gone, as messages. */
function answered(requests: readonly (string | number)[], batch = true): unknown {
  const origin = originIn(aboutOf({ node: NODE, requests, batch }));
  const answer = origin === undefined ? undefined : lostAnswer(origin);
  return answer === undefined ? undefined : JSON.parse(answer);
}

describe("what others know of a stream", () => {
  it("is enough to answer each request of a batch", () => {
    const ids = Array.from({ length: 1000 }, (_, i) => `${String(i)}-`.padEnd(44, "x"));
    expect(answered(ids)).toMatchObject(ids.map((id) => ({ id, error: { code: -31005 } })));
  });

  it("fits, though an id does not, which then is left out alone", () => {
    const long = "x".repeat(70_000);
    expect(aboutOf({ node: NODE, requests: ["a", long, 2], batch: true }).length).toBeLessThan(65_536);
    expect(answered(["a", long, 2])).toMatchObject([{ id: "a" }, { id: 2 }]);
    expect(answered([long], false)).toBeUndefined();
  });

  it("fits to the last character", () => {
    const bare = aboutOf({ node: NODE, requests: [""], batch: false }).length;
    const fits = "x".repeat(65_536 - bare);
    expect(aboutOf({ node: NODE, requests: [fits], batch: false })).toHaveLength(65_536);
    expect(answered([fits], false)).toMatchObject({ id: fits });
    expect(answered([`${fits}x`], false)).toBeUndefined();
  });
});
