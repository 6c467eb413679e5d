export type * from "../../extension/changes.js";
