import { describe } from "@towpath/mcp-core/transport";

/** @throws TypeError for what is there, and no function */
export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function")
    throw new TypeError(`${name} must be a function, not ${describe(value)}`);
}

/** @throws RangeError */
export function checkDuration(name: string, value: unknown): void {
  if (!(typeof value === "number" && value > 0))
    throw new RangeError(`${name} must be more than 0, not ${describe(value)}`);
}
