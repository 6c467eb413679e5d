import { ALL, type Requirement } from "./requirement.js";

export const pagination = [
  {
    id: "pagination.pages",
    behaviour: "Following nextCursor gives every item once, and the last page has no nextCursor",
    spec: "2026-07-28/server/utilities/pagination#response-format",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "pagination.stable-cursor",
    behaviour: "A cursor stays good, and skips and repeats nothing when items come or go meanwhile",
    spec: "2026-07-28/server/utilities/pagination#implementation-guidelines",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "pagination.invalid-cursor",
    behaviour: "A cursor nobody gave out is answered with -32602",
    spec: "2026-07-28/server/utilities/pagination#error-handling",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "pagination.client-opaque",
    behaviour: "A client sends a cursor back as it came, an empty string included",
    spec: "2026-07-28/server/utilities/pagination#implementation-guidelines",
    revisions: ALL,
    transports: ["memory"],
  },
  {
    id: "pagination.client-unpaginated",
    behaviour: "A client takes a missing nextCursor as the end",
    spec: "2026-07-28/server/utilities/pagination#implementation-guidelines",
    revisions: ALL,
    transports: ["memory"],
  },
  {
    id: "pagination.every-list",
    behaviour:
      "Resources, templates and prompts come in pages as tools do, each cursor good for its own list alone",
    spec: "2026-07-28/server/utilities/pagination#operations-supporting-pagination",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "pagination.client-any-size",
    behaviour: "A client takes pages of any size, an empty one too",
    spec: "2026-07-28/server/utilities/pagination#pagination-model",
    revisions: ALL,
    transports: ["memory"],
  },
] as const satisfies readonly Requirement[];
