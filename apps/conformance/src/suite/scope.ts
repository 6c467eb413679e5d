/** How the server is set up in a leg, as its options have it. */
export interface ServerSetup {
  readonly sessions: boolean;
  readonly answers: "auto" | "stream";
}

/** One run of the suite: a requirement set against a server. */
export interface Leg extends ServerSetup {
  readonly revision: string;
}

const SETUPS: readonly ServerSetup[] = [
  { sessions: false, answers: "auto" },
  { sessions: true, answers: "auto" },
  { sessions: true, answers: "stream" },
];

/** The legs of each revision. */
export const LEGS: readonly (readonly Leg[])[] = ["2025-11-25", "2026-07-28"].map((revision) =>
  SETUPS.map((setup) => ({ revision, ...setup })),
);

export const titleOf = ({ revision, sessions, answers }: Leg): string =>
  `${revision}, ${sessions ? "with" : "without"} sessions${answers === "stream" ? ", always streaming" : ""}`;

interface Exclusion {
  /** How the names of the scenarios begin. */
  readonly prefix: string;
  readonly reason: string;
}

/** What is not run for, in any leg. */
export const EXCLUSIONS: readonly Exclusion[] = [
  { prefix: "tasks-", reason: "the tasks extension is not implemented" },
  { prefix: "sep-2640-", reason: "the skills extension belongs to no revision" },
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
export const notInLeg = (scenario: string, { revision, sessions }: Leg): string | undefined => {
  const excluded = exclusionOf(scenario);
  if (excluded !== undefined || sessions || STATELESS_REVISIONS.includes(revision)) return excluded;
  const need = SESSION_NEEDS.get(scenario);
  return need === undefined ? undefined : `needs sessions: ${need}`;
};

/** Checks that a scenario replaces by a remark when the server gave it nothing to look at. */
export const INDISPENSABLE: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "server-sse-polling",
    ["server-sse-priming-event", "server-sse-retry-field", "server-sse-disconnect-resume"],
  ],
]);
