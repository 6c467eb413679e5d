import type { Check } from "./check.js";
import { errorOf, textOf } from "./results.js";
import type { Stage } from "./stage.js";

/** A question that comes while the call waits, or as its result, to be answered with a further call. */
const asking = {
  handshake: (question: string) => ["tools/call", question],
  stateless: () => ["tools/call", "tools/call"],
} as const;

export const questionChecks: readonly Check[] = [
  {
    name: "sampling",
    run: async ({ client, traffic }) => {
      traffic.clear();
      const { structuredContent = null } = await client.callTool("summarise_note", { id: 1 });
      const requests = requestsIn(traffic);
      return {
        observed: { structuredContent, requests },
        shown: `note 1 is summarised, by ${requests.join(", ")}`,
      };
    },
    expected: (era) => ({
      structuredContent: { id: 1, summary: "29 of them at Caen Hill.", model: "few-words" },
      requests: asking[era]("sampling/createMessage"),
    }),
  },
  {
    name: "elicitation: no",
    run: async ({ client, respondent, traffic }) => {
      traffic.clear();
      respondent.chooses("decline");
      const text = textOf(await client.callTool("delete_note", { id: 2 }));
      const requests = requestsIn(traffic);
      return {
        observed: { text, asked: respondent.asked.splice(0), requests },
        shown: `declined → ${text.replace(/:.*/, "")}, by ${requests.join(", ")}`,
      };
    },
    expected: (era) => ({
      text: "Note 2 stays: the user chose decline",
      asked: ['Delete note 2, "Bridges", for good?'],
      requests: asking[era]("elicitation/create"),
    }),
  },
  {
    name: "elicitation: yes",
    run: async ({ client, respondent }) => {
      await client.readResource("note://2");
      respondent.chooses("accept");
      const text = textOf(await client.callTool("delete_note", { id: 2 }));
      const { message } = await errorOf(client.readResource("note://2"));
      return {
        observed: { text, asked: respondent.asked.splice(0).length, message },
        shown: `accepted → ${text}`,
      };
    },
    expected: () => ({
      text: "Note 2 is deleted: Bridges",
      asked: 1,
      message: "Resource not found: note://2",
    }),
  },
];

/** What either side asked of the other, without answers and notifications. */
function requestsIn(traffic: Stage["traffic"]): readonly string[] {
  return traffic.all.flatMap(({ message }) =>
    "method" in message && "id" in message ? [message.method] : [],
  );
}
