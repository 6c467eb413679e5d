import type { SchemaIssue } from "../protocol/standard-schema.js";
import type { Resource } from "./document.js";
import { shorten } from "./errors.js";
import { Evaluated } from "./evaluated.js";
import type { JsonSchemaLimits } from "./limits.js";

/** Judges one value; a compiled subschema, or one keyword of it. */
export type Check = (value: unknown, run: Run) => boolean;

/** Ends a run that is over a limit: its value is neither valid nor invalid, so no keyword may go on. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";
}

type PathKey = string | number;

/**
 * The state of checking one value. A first run only says yes or no; a second one, for a value that failed,
 * also collects issues.
 */
export class Run {
  #steps: number;
  #depth = 0;
  readonly #limits: JsonSchemaLimits;
  readonly #path: PathKey[] = [];
  #issues: SchemaIssue[] | undefined;
  /** Whether anything beyond yes or no is kept, so that a check may not take the short way. */
  readonly #careful: boolean;
  /** The annotations of the value at hand, where an `unevaluated…` keyword is going to read them. */
  evaluated: Evaluated | undefined;
  /** The schema resources entered, outermost first: the dynamic scope (Core 2020-12, section 7.1). */
  readonly scope: Resource[] = [];

  constructor(limits: JsonSchemaLimits, tracks: boolean, issues?: SchemaIssue[]) {
    this.#limits = limits;
    this.#steps = limits.maxSteps;
    this.#issues = issues;
    this.#careful = tracks || issues !== undefined;
  }

  /** Whether to look for further issues after one was found. */
  get goesOn(): boolean {
    return this.#issues !== undefined && this.#issues.length < this.#limits.maxIssues;
  }

  /** @throws RunStopped when the steps are used up. */
  spend(steps: number): void {
    if ((this.#steps -= steps) < 0) {
      throw new RunStopped(`gave up after ${this.#limits.maxSteps} steps (maxSteps)`);
    }
  }

  /** @throws RunStopped when the value is nested too deeply. */
  checkDepth(depth: number): void {
    if (depth > this.#limits.maxRecursion) {
      throw new RunStopped(`nested deeper than ${this.#limits.maxRecursion} levels (maxRecursion)`);
    }
  }

  /** Applies what a reference points to. `weight`: how deep the reference stands in the schema. */
  enter(check: Check, value: unknown, weight: number): boolean {
    this.#depth += weight;
    this.checkDepth(this.#depth);
    this.spend(1);
    const valid = check(value, this);
    this.#depth -= weight;
    return valid;
  }

  /** Applies a subschema to a member or item of the value at hand. */
  child(key: PathKey, check: Check, value: unknown): boolean {
    if (!this.#careful) return check(value, this);
    const { evaluated } = this;
    this.evaluated = undefined;
    this.#path.push(key);
    const valid = check(value, this);
    this.#path.pop();
    this.evaluated = evaluated;
    return valid;
  }

  /** Asks whether a subschema fits a member or item, without reporting. */
  probeChild(check: Check, value: unknown): boolean {
    if (!this.#careful) return check(value, this);
    const { evaluated } = this;
    this.evaluated = undefined;
    const valid = this.#silently(check, value);
    this.evaluated = evaluated;
    return valid;
  }

  /** Asks whether a subschema fits the value at hand, without reporting; keeps its annotations if it does. */
  probe(check: Check, value: unknown): boolean {
    if (!this.#careful) return check(value, this);
    const { evaluated } = this;
    this.evaluated = evaluated && new Evaluated();
    const valid = this.#silently(check, value);
    if (valid && evaluated && this.evaluated) {
      this.spend(this.evaluated.size);
      evaluated.merge(this.evaluated);
    }
    this.evaluated = evaluated;
    return valid;
  }

  /** The first thing a subschema finds wrong with the value at hand. */
  explain(check: Check, value: unknown): string {
    const { evaluated } = this;
    const issues = this.#issues;
    const own: SchemaIssue[] = [];
    this.evaluated = evaluated && new Evaluated();
    this.#issues = own;
    check(value, this);
    this.#issues = issues;
    this.evaluated = evaluated;
    return own[0]?.message ?? "does not fit";
  }

  /** Records an issue with the value at hand, if issues are wanted. Always `false`, the verdict. */
  fail(describe: (value: unknown) => string, value: unknown): false {
    if (this.goesOn) this.#issues?.push(this.#issue(describe(value)));
    return false;
  }

  /** The issue of a run that was stopped where it stands. */
  stopped(reason: unknown): SchemaIssue {
    return this.#issue(`could not be checked: ${reason instanceof Error ? reason.message : String(reason)}`);
  }

  #issue(message: string): SchemaIssue {
    const path = [...this.#path];
    const label = pathLabel(path);
    return { message: shorten(label === "" ? message : `${label}: ${message}`, 500), path };
  }

  #silently(check: Check, value: unknown): boolean {
    const issues = this.#issues;
    this.#issues = undefined;
    const valid = check(value, this);
    this.#issues = issues;
    return valid;
  }
}

const PLAIN_NAME = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;

/** A path as people write it: `owner.tags[2]["odd name"]`. */
function pathLabel(path: readonly PathKey[]): string {
  let label = "";
  for (const key of path) {
    if (typeof key === "number") label += `[${key}]`;
    else if (!PLAIN_NAME.test(key)) label += `[${JSON.stringify(shorten(key, 60))}]`;
    else label += label === "" ? key : `.${key}`;
  }
  return label.length > 200 ? `…${label.slice(-200)}` : label;
}
