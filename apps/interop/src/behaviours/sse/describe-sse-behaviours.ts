import { afterAll, beforeAll, describe, it } from "vitest";
import type { HttpServer } from "../../harness/http/http-server.js";
import { startSse } from "../../harness/sse/sse-peer.js";
import { SseTrial } from "../../harness/sse/sse-trial.js";
import { req, requirements } from "../../requirements/index.js";
import { HANDSHAKE } from "../../requirements/requirement.js";
import { sseBehaviours } from "./index.js";

/** Runs every behaviour of HTTP+SSE’s own, in each revision it carries. */
export function describeSseBehaviours(): void {
  describe.each(HANDSHAKE)("sse itself, in revision %s", (revision) => {
    let server: HttpServer;

    beforeAll(async () => {
      server = await startSse();
    });
    afterAll(() => server.drain());

    for (const { id } of requirements) {
      const behaviour = sseBehaviours[id];
      if (behaviour === undefined) continue;
      it(req(id), async () => {
        const trial = new SseTrial(server, revision);
        await behaviour(trial).finally(() => trial.end());
      });
    }
  });
}
