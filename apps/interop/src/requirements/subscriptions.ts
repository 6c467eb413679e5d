import { STATELESS, type Requirement } from "./requirement.js";

export const subscriptions = [
  {
    id: "subscriptions.acknowledged",
    behaviour: "A subscription is acknowledged first, with its id and the filter that is honoured",
    spec: "2026-07-28/basic/patterns/subscriptions#acknowledgment",
    revisions: STATELESS,
    transports: "all",
  },
  {
    id: "subscriptions.unsupported-omitted",
    behaviour: "What the server does not support is left out of the acknowledgment",
    spec: "2026-07-28/basic/patterns/subscriptions#acknowledgment",
    revisions: STATELESS,
    transports: "all",
  },
  {
    id: "subscriptions.delivers",
    behaviour: "What was asked for is delivered with the subscription's id, of the type of its request's",
    spec: "2026-07-28/basic/patterns/subscriptions#receiving-notifications",
    revisions: STATELESS,
    transports: "all",
  },
  {
    id: "subscriptions.only-requested",
    behaviour: "What was not asked for is not delivered, and nothing to whoever has no subscription",
    spec: "2026-07-28/basic/patterns/subscriptions#opening-a-stream",
    revisions: STATELESS,
    transports: "all",
  },
  {
    id: "subscriptions.several",
    behaviour: "Several subscriptions each get their own notifications",
    spec: "2026-07-28/basic/patterns/subscriptions#multiple-concurrent-subscriptions",
    revisions: STATELESS,
    transports: "all",
  },
  {
    id: "subscriptions.client-cancels",
    behaviour: "A cancelled subscription delivers nothing more, and gets no response",
    spec: "2026-07-28/basic/patterns/subscriptions#cancellation",
    revisions: STATELESS,
    transports: "all",
  },
  {
    id: "subscriptions.graceful-closure",
    behaviour: "A server that ends a subscription answers its request with a result that carries its id",
    spec: "2026-07-28/basic/patterns/subscriptions#graceful-closure",
    revisions: STATELESS,
    transports: "all",
  },
  {
    id: "subscriptions.server-cancels",
    behaviour:
      "A server that ends a subscription sends notifications/cancelled, which it never sends otherwise",
    spec: "2026-07-28/basic/patterns/cancellation#behavior-requirements",
    revisions: STATELESS,
    transports: "all",
  },
  {
    id: "subscriptions.malformed",
    behaviour: "A subscription without a filter is refused with -32602",
    spec: "2026-07-28/basic/patterns/subscriptions#opening-a-stream",
    revisions: STATELESS,
    transports: "all",
  },
] as const satisfies readonly Requirement[];
