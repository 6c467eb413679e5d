import type { Revision } from "@towpath/mcp-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { ABLE, RawClient } from "../harness/client.js";
import type { Harness } from "../harness/harness.js";
import type { Message } from "../harness/inbox.js";
import { Trial, type Behaviour } from "../harness/trial.js";
import {
  holds,
  req,
  requirement,
  requirements,
  type RequirementId,
  type Transport,
} from "../requirements/index.js";
import { carriedBy } from "../requirements/requirement.js";
import { behaviours } from "./index.js";

/** Runs every behaviour over a harness, in each revision it holds in. The whole test of a transport's server. */
export function describeBehaviours(harness: Harness): void {
  describe.each(carriedBy(harness.transport))(`over ${harness.transport}, in revision %s`, (revision) => {
    let client: RawClient;
    let introduction: Message;
    let other: Promise<RawClient> | undefined;

    const open = async (): Promise<RawClient> => {
      const opened = new RawClient(await harness.open(revision), revision);
      await opened.introduce();
      return opened;
    };

    beforeAll(async () => {
      client = new RawClient(await harness.open(revision), revision);
      introduction = (await client.introduce(ABLE)) ?? (await client.request("server/discover"));
    });
    afterAll(async () => {
      await client.peer.end();
      await (await other)?.peer.end();
    });

    for (const [id, behaviour] of behavioursFor(harness.transport, revision)) {
      it(req(id), async () => {
        const trial = new Trial(harness, client, introduction, () => (other ??= open()));
        await behaviour(trial).finally(() => trial.end());
      });
    }
  });
}

function behavioursFor(
  transport: Transport,
  revision: Revision,
): readonly (readonly [RequirementId, Behaviour])[] {
  return requirements.flatMap(({ id }) => {
    const behaviour = behaviours[id];
    const isDue = behaviour !== undefined && holds(requirement(id), transport, revision);
    return isDue ? [[id, behaviour] as const] : [];
  });
}
