import type { JsonValue } from "../jsonrpc/messages.js";
import { pending, type Resource, type SchemaDocument, type Subschema } from "./document.js";
import { quote, shorten, UnsupportedSchemaError } from "./errors.js";
import type { Pattern, Site } from "./keyword.js";
import { readsAnnotations, withOwnAnnotations } from "./keywords/unevaluated.js";
import { join } from "./pointer.js";
import { resolve, step } from "./reference.js";
import type { Check } from "./run.js";

/** Turns the subschemas of a document into a tree of closures. */
export class Compiler {
  readonly #document: SchemaDocument;
  readonly #createPattern: (source: string) => Pattern;
  readonly #patterns = new Map<string, Pattern>();

  constructor(document: SchemaDocument, createPattern: (source: string) => Pattern) {
    this.#document = document;
    this.#createPattern = createPattern;
  }

  /** Compiles the whole document, also what nothing refers to: a schema is refused as a whole. */
  compile(root: JsonValue): Check {
    const check = this.#checkOf(root);
    // References into unknown keywords add to the list while it is walked.
    for (const subschema of this.#document.subschemas) this.#compiled(subschema);
    return check;
  }

  #checkOf(schema: JsonValue | undefined): Check {
    const subschema = typeof schema === "object" && schema !== null ? this.#document.at(schema) : undefined;
    if (subschema) return this.#compiled(subschema);
    return schema === true ? always : never;
  }

  #compiled(subschema: Subschema): Check {
    if (subschema.check === pending) subschema.check = this.#compileSubschema(subschema);
    return subschema.check;
  }

  #compileSubschema(subschema: Subschema): Check {
    const { schema, dialect, resource } = subschema;
    const site = this.#site(subschema);
    const refIsAlone = dialect.refIsAlone && schema["$ref"] !== undefined;
    const checks: Check[] = [];
    for (const { name, compile } of dialect.keywords) {
      const value = schema[name];
      if (value === undefined || (refIsAlone && name !== "$ref")) continue;
      const check = compile?.(value, site);
      if (check) checks.push(check);
    }
    const check = readsAnnotations(schema) ? withOwnAnnotations(all(checks)) : all(checks);
    return this.#document.isDynamic && resource.schema === schema ? inScope(resource, check) : check;
  }

  #site(subschema: Subschema): Site {
    const { schema, pointer } = subschema;
    const place = (tokens: readonly (string | number)[]): string => tokens.reduce<string>(join, pointer);
    return {
      schema,
      child: (...tokens) => this.#checkOf(tokens.reduce<JsonValue | undefined>(step, schema)),
      reference: (keyword, value) => this.#reference(subschema, keyword, value),
      dynamicReference: (keyword, value) => this.#dynamicReference(subschema, keyword, value),
      pattern: (source, ...tokens) => this.#pattern(source, place(tokens)),
      invalid: (reason, ...tokens) => new UnsupportedSchemaError("invalid-schema", place(tokens), reason),
    };
  }

  #reference(from: Subschema, keyword: string, value: JsonValue): Check {
    const { subschema } = resolve(value, from, join(from.pointer, keyword), this.#document);
    return this.#entry(subschema, from);
  }

  /** Core 2020-12, section 8.2.3.2: the outermost resource on the way here that has the anchor wins. */
  #dynamicReference(from: Subschema, keyword: string, value: JsonValue): Check {
    const { subschema, anchor } = resolve(value, from, join(from.pointer, keyword), this.#document);
    if (typeof subschema === "boolean" || anchor === undefined) return this.#entry(subschema, from);
    if (subschema.resource.dynamicAnchors.get(anchor) !== subschema) return this.#entry(subschema, from);
    const { depth } = from;
    return (value, run) => {
      run.spend(run.scope.length);
      const outermost = run.scope.find((resource) => resource.dynamicAnchors.has(anchor));
      const target = outermost?.dynamicAnchors.get(anchor) ?? subschema;
      run.scope.push(target.resource);
      const valid = run.enter(target.check, value, depth);
      run.scope.pop();
      return valid;
    };
  }

  #entry(target: Subschema | boolean, from: Subschema): Check {
    if (typeof target === "boolean") return target ? always : never;
    const { depth } = from;
    // Read late: a reference may lead to what is not compiled yet, or to itself.
    const enter: Check = (value, run) => run.enter(target.check, value, depth);
    return this.#document.isDynamic ? inScope(target.resource, enter) : enter;
  }

  #pattern(source: string, pointer: string): Pattern {
    const known = this.#patterns.get(source);
    if (known) return known;
    try {
      const pattern = this.#createPattern(source);
      // Engines compile at the first use; what is wrong shows here, not with the first value.
      pattern.test("");
      this.#patterns.set(source, pattern);
      return pattern;
    } catch (error) {
      // Engines repeat the whole expression before they say what is wrong.
      const why = error instanceof Error ? (error.message.split(": ").at(-1) ?? "") : String(error);
      const reason = `${quote(source)} is not a usable regular expression: ${shorten(why)}`;
      throw new UnsupportedSchemaError("invalid-pattern", pointer, reason);
    }
  }
}

const always: Check = () => true;

const never: Check = (value, run) => run.fail(() => "nothing is allowed here", value);

function all(checks: readonly Check[]): Check {
  const [first, second] = checks;
  if (!first) return always;
  if (!second) return first;
  return (value, run) => {
    let valid = true;
    for (const check of checks) {
      if (check(value, run)) continue;
      if (!run.goesOn) return false;
      valid = false;
    }
    return valid;
  };
}

function inScope(resource: Resource, check: Check): Check {
  return (value, run) => {
    run.scope.push(resource);
    const valid = check(value, run);
    run.scope.pop();
    return valid;
  };
}
