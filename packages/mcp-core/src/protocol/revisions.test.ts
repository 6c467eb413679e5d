import { describe, expect, it } from "vitest";
import {
  eraOf,
  HANDSHAKE_REVISIONS,
  has,
  hasBatches,
  isHandshakeRevision,
  isStatelessRevision,
  REVISIONS,
  type Feature,
} from "./revisions.js";

const first = (feature: Feature): string | undefined => REVISIONS.find((revision) => has(revision, feature));

describe("revisions", () => {
  it("stand oldest first, and belong to one era each", () => {
    expect([...REVISIONS].sort()).toEqual(REVISIONS);
    expect(REVISIONS.map(eraOf)).toEqual(["handshake", "handshake", "handshake", "handshake", "stateless"]);
    for (const revision of REVISIONS) {
      expect(isHandshakeRevision(revision)).toBe(eraOf(revision) === "handshake");
      expect(isStatelessRevision(revision)).toBe(eraOf(revision) === "stateless");
    }
  });

  it.each([undefined, null, "", "2026-07-29", "constructor", 20260728, ["2025-11-25"]])(
    "do not include %j",
    (value) => {
      expect(isHandshakeRevision(value) || isStatelessRevision(value)).toBe(false);
    },
  );

  it("have a feature from the revision on that brought it", () => {
    const features: Feature[] = ["audioContent", "structuredContent", "ssePolling", "anyStructuredContent"];
    expect(features.map(first)).toEqual(["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]);
    for (const feature of features) {
      const from = REVISIONS.findIndex((revision) => has(revision, feature));
      expect(REVISIONS.slice(from).every((revision) => has(revision, feature))).toBe(true);
    }
  });

  it("have batches in one of them only", () => {
    expect(HANDSHAKE_REVISIONS.filter(hasBatches)).toEqual(["2025-03-26"]);
    expect(hasBatches("2026-07-28") || hasBatches(undefined)).toBe(false);
  });
});
