import { afterAll, beforeAll, describe, it } from "vitest";
import { HttpClient } from "../../harness/http/http-client.js";
import { HttpServer } from "../../harness/http/http-server.js";
import { HttpTrial } from "../../harness/http/http-trial.js";
import { holds, req, requirement, requirements } from "../../requirements/index.js";
import { HTTP_ALL } from "../../requirements/requirement.js";
import { httpBehaviours } from "./index.js";

/** Runs every behaviour of HTTP’s own, in each revision it holds in. */
export function describeHttpBehaviours(sessions: boolean): void {
  const transport = sessions ? "streamable-http-sessions" : "streamable-http";
  describe.each(HTTP_ALL)(`${transport} itself, in revision %s`, (revision) => {
    let client: HttpClient;

    beforeAll(async () => {
      client = await new HttpClient(await HttpServer.start({ sessions }), revision).introduce();
    });
    afterAll(() => client.server.drain());

    for (const { id } of requirements) {
      const behaviour = httpBehaviours[id];
      if (behaviour === undefined || !holds(requirement(id), transport, revision)) continue;
      it(req(id), async () => {
        const trial = new HttpTrial(client, sessions);
        await behaviour(trial).finally(() => trial.end());
      });
    }
  });
}
