/** How the server is set up in a leg, as its options have it. */
export interface ServerSetup {
  readonly sessions: boolean;
  readonly answers: "auto" | "stream";
}

/** One run of the suite: a requirement set against a server. */
export interface ServerLeg extends ServerSetup {
  readonly side: "server";
  readonly revision: string;
  /** Scenarios of extensions that have to be among those that ran, as the requirement set does not score them. */
  readonly extensions: readonly string[];
}

/** How the client is set up in a leg, as its options have it. */
export interface ClientSetup {
  /** It has to find out what the server speaks. Otherwise it speaks the revision of the leg, and no other. */
  readonly anyRevision: boolean;
  /** It speaks through `fetch`. Otherwise through `node:http`. */
  readonly fetch: boolean;
}

/** One run of the suite: what it lists for clients of a revision. */
export interface ClientLeg extends ClientSetup {
  readonly side: "client";
  readonly revision: string;
  /** How many scenarios there are at least, so that nothing passes by running nothing. */
  readonly atLeast: number;
}

export type Leg = ServerLeg | ClientLeg;

const SERVER_SETUPS: readonly ServerSetup[] = [
  { sessions: false, answers: "auto" },
  { sessions: true, answers: "auto" },
  { sessions: true, answers: "stream" },
];

const CLIENT_SETUPS: readonly ClientSetup[] = [
  { anyRevision: false, fetch: false },
  { anyRevision: true, fetch: true },
];

const serverLegs = (revision: string, extensions: readonly string[] = []): readonly ServerLeg[] =>
  SERVER_SETUPS.map((setup) => ({ side: "server", revision, extensions, ...setup }));

const clientLegs = (revision: string, atLeast: number): readonly ClientLeg[] =>
  CLIENT_SETUPS.map((setup) => ({ side: "client", revision, atLeast, ...setup }));

/** What the suite has for the tasks extension. */
export const TASKS: readonly string[] = [
  "tasks-lifecycle",
  "tasks-capability-negotiation",
  "tasks-wire-fields",
  "tasks-request-state-removal",
  "tasks-mrtr-input",
  "tasks-request-headers",
  "tasks-dispatch-and-envelope",
  "tasks-status-notifications",
  "tasks-required-task-error",
  "tasks-mrtr-composition",
];

/** The legs, in groups to go through one leg after the other. */
export const LEGS: readonly (readonly Leg[])[] = [
  [...serverLegs("2025-11-25"), ...clientLegs("2025-06-18", 2), ...clientLegs("2025-11-25", 5)],
  [...serverLegs("2026-07-28", TASKS), ...clientLegs("2026-07-28", 8)],
];

export function titleOf(leg: Leg): string {
  if (leg.side === "client") {
    const finding = leg.anyRevision ? ", to be found out" : "";
    return `Client, ${leg.revision}${finding}, over ${leg.fetch ? "fetch" : "node:http"}`;
  }
  const streaming = leg.answers === "stream" ? ", always streaming" : "";
  return `Server, ${leg.revision}, ${leg.sessions ? "with" : "without"} sessions${streaming}`;
}

interface Exclusion {
  /** How the names of the scenarios begin. */
  readonly prefix: string;
  readonly reason: string;
}

/** What is not run for, in any leg. */
export const EXCLUSIONS: readonly Exclusion[] = [
  { prefix: "sep-2640-", reason: "the skills extension belongs to no revision" },
  { prefix: "auth/", reason: "authorization is not implemented" },
];

const ASKS = "the server asks the client";
const LOGS = "the level is kept with the session";
const SUBSCRIBES = "subscriptions are kept with the session";
const OPENS = "the scenario asks for a session id";

/** What a server without sessions does not offer in the handshake era. The stateless era needs none for it. */
const SESSION_NEEDS: ReadonlyMap<string, string> = new Map([
  ["logging-set-level", LOGS],
  ["tools-call-with-logging", LOGS],
  ["tools-call-sampling", ASKS],
  ["tools-call-elicitation", ASKS],
  ["elicitation-sep1034-defaults", ASKS],
  ["elicitation-sep1330-enums", ASKS],
  ["resources-subscribe", SUBSCRIBES],
  ["resources-unsubscribe", SUBSCRIBES],
  ["server-session-lifecycle", OPENS],
  ["server-sse-multiple-streams", OPENS],
  ["server-sse-polling", OPENS],
]);

const STATELESS_REVISIONS: readonly string[] = ["2026-07-28"];

/** Why a scenario does not count; `undefined` when it does. */
export const exclusionOf = (scenario: string): string | undefined =>
  EXCLUSIONS.find(({ prefix }) => scenario.startsWith(prefix))?.reason;

/** Why a scenario does not count in a leg; `undefined` when it does. */
export const notInLeg = (scenario: string, leg: Leg): string | undefined => {
  const excluded = exclusionOf(scenario);
  if (excluded !== undefined || leg.side === "client") return excluded;
  if (leg.sessions || STATELESS_REVISIONS.includes(leg.revision)) return undefined;
  const need = SESSION_NEEDS.get(scenario);
  return need === undefined ? undefined : `needs sessions: ${need}`;
};

const SCHEMA = "wire-schema-valid";

/** Checks that a scenario leaves out, or replaces by a remark, when it was given nothing to look at. */
export const INDISPENSABLE: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "server-sse-polling",
    ["server-sse-priming-event", "server-sse-retry-field", "server-sse-disconnect-resume"],
  ],
  ["sse-retry", ["client-sse-graceful-reconnect", "client-sse-retry-timing", "client-sse-last-event-id"]],
  ["tools_call", ["tool-add-numbers", SCHEMA]],
  ["json-schema-2020-12-preservation", [SCHEMA]],
]);

interface Excuse {
  readonly scenario: string;
  /** The names of its checks. */
  readonly checks: readonly string[];
  readonly reason: string;
}

/** Checks that a scenario skips whatever the implementation does. */
export const EXCUSES: readonly Excuse[] = [
  {
    scenario: "http-standard-headers",
    checks: ["ClientMcpMethodHeader_initialize", "ClientMcpMethodHeader_notifications_initialized"],
    reason: "the stateless era has no handshake",
  },
  {
    scenario: "tasks-status-notifications",
    checks: ["TasksStatusNotificationsScenario"],
    reason: "the suite does not listen for them yet, as tests of our own do",
  },
];

/** Whether a check may be skipped. */
export const isExcused = (scenario: string, check: string | undefined): boolean =>
  EXCUSES.some((excuse) => excuse.scenario === scenario && excuse.checks.some((name) => name === check));
