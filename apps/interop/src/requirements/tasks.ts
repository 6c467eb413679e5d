import { type Requirement } from "./requirement.js";

export const tasks = [
  {
    id: "tasks.undeclared",
    behaviour: "A server that has no tasks declares none, and knows no method of theirs",
    spec: "2025-11-25/basic/utilities/tasks#capabilities",
    revisions: ["2025-11-25"],
    transports: "all",
  },
  {
    id: "tasks.ignored",
    behaviour: "A call that is to become a task is served as any other by a server that has none",
    spec: "2025-11-25/basic/utilities/tasks#task-support-and-handling",
    revisions: ["2025-11-25"],
    transports: "all",
  },
] as const satisfies readonly Requirement[];
