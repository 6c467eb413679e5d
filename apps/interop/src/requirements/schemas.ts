import { STATELESS, since, type Requirement } from "./requirement.js";

export const schemas = [
  {
    id: "schemas.valid",
    behaviour: "Every schema of a tool is a valid one of its dialect, which is 2020-12 where it names none",
    spec: "2026-07-28/basic/index#schema-validation",
    revisions: since("2025-11-25"),
    transports: "all",
  },
  {
    id: "schemas.client-dialects",
    behaviour:
      "A client holds results against schemas of 2020-12 where none is named, and of the dialect that is",
    spec: "2026-07-28/basic/index#implementation-requirements",
    also: ["2026-07-28/basic/index#schema-dialect"],
    revisions: since("2025-11-25"),
    transports: ["memory"],
  },
  {
    id: "schemas.client-unknown-dialect",
    behaviour: "A client says which dialect it does not support",
    spec: "2026-07-28/basic/index#implementation-requirements",
    revisions: since("2025-11-25"),
    transports: ["memory"],
  },
  {
    id: "schemas.client-no-fetching",
    behaviour: "A client fetches no schema that another refers to, and says that it did not",
    spec: "2026-07-28/basic/index#ref-resolution",
    revisions: STATELESS,
    transports: ["memory"],
  },
  {
    id: "schemas.client-bounds",
    behaviour: "A client gives up on schemas too deep or too costly to hold a result against",
    spec: "2026-07-28/basic/index#composition-keyword-resource-use",
    revisions: STATELESS,
    transports: ["memory"],
  },
] as const satisfies readonly Requirement[];
