import type { JsonObject, JsonValue, Tool } from "@towpath/mcp-core";
import type { App } from "../app.js";
import { button, el, fill } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { jsonView, unfolding } from "../page/json-view.js";
import { chip, segmented } from "../page/parts.js";
import { messageOf } from "../page/words.js";
import { exampleOf } from "../schema/example.js";
import { formOf } from "../schema/fields.js";
import { SchemaForm } from "../schema/form-view.js";
import { isObject } from "../schema/is-object.js";
import { callCard } from "./call-card.js";
import { Call } from "./call.js";
import { mayBeTask, saysItIsTask } from "./task-support.js";

/** Calls of one tool that stay in sight. */
const MAX_CALLS = 20;

/** A tool: what it says of itself, the form of its arguments, and its calls. */
export function toolDetail(tool: Tool, app: App): HTMLElement {
  const calls = el("div", { class: "calls" });
  const editor = new ArgumentsEditor(tool);
  const form = el(
    "form",
    { class: "card", novalidate: true },
    editor.element,
    el(
      "div",
      { class: "actions" },
      el("button", { type: "submit", class: "primary" }, icon("play"), "Call"),
      el("span", { class: "grow" }),
      ...editor.buttons,
    ),
  );
  const show = (call: Call): void => {
    calls.prepend(callCard(call, app));
    while (calls.childElementCount > MAX_CALLS) calls.lastElementChild?.remove();
  };
  for (const call of app.pickedUp.of(tool.name)) show(call);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const args = editor.check();
    if (args === undefined) return;
    const call = new Call({ tool: tool.name, args, startedAt: Date.now() }, app.keptTasks);
    show(call);
    const client = app.connection.live?.client;
    void call.run(app.connection, client !== undefined && mayBeTask(tool, client));
    calls.firstElementChild?.scrollIntoView({ block: "nearest" });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  return el("article", { class: "sheet" }, ...headOf(tool), form, calls, schemasOf(tool));
}

function headOf(tool: Tool): readonly HTMLElement[] {
  const { name, title, description, annotations = {} } = tool;
  const shown = title ?? annotations.title;
  const chips = HINTS.flatMap(([hint, yes, no, tone]) => {
    const value = annotations[hint];
    const words = value === undefined ? undefined : value ? yes : no;
    return words === undefined ? [] : [chip(words, value === true ? tone : "plain")];
  });
  return [
    el(
      "header",
      { class: "sheet-head" },
      el("h2", {}, shown ?? name),
      shown !== undefined && el("code", {}, name),
      el("span", { class: "chips" }, ...chips, saysItIsTask(tool) && chip("task")),
    ),
    el("p", { class: "lead" }, description ?? ""),
  ];
}

/** What tools say of themselves: the word when it is so, and when it is not. */
const HINTS = [
  ["readOnlyHint", "read-only", undefined, "good"],
  ["destructiveHint", "destructive", undefined, "bad"],
  ["idempotentHint", "idempotent", undefined, "plain"],
  ["openWorldHint", "open world", undefined, "plain"],
] as const;

function schemasOf({ inputSchema, outputSchema }: Tool): HTMLElement {
  return el(
    "div",
    { class: "schemas" },
    unfolding(el("summary", {}, "Input schema"), false, () => jsonView(inputSchema)),
    outputSchema !== undefined &&
      unfolding(el("summary", {}, "Output schema"), false, () => jsonView(outputSchema)),
  );
}

/** The arguments of a tool, in a form or as JSON. */
class ArgumentsEditor {
  readonly element = el("div", { class: "editor" });
  readonly buttons: readonly HTMLElement[];
  readonly #form: SchemaForm;
  readonly #text = el("textarea", {
    class: "mono json-editor",
    rows: 10,
    spellcheck: "false",
    "aria-label": "Arguments as JSON",
  });
  readonly #problem = el("p", { class: "field-problem", role: "alert" });
  #isText = false;

  constructor({ inputSchema }: Tool) {
    const field = formOf(inputSchema);
    this.#form = new SchemaForm(field);
    const isPlain = field.kind === "group" && field.members.length === 0;
    const modes = [
      { id: "form", title: "Form" },
      { id: "json", title: "JSON" },
    ];
    const mode = segmented("How to edit the arguments", modes, "form", (id) => this.#switch(id === "json"));
    this.buttons = isPlain
      ? []
      : [
          button({ class: "ghost" }, () => this.#put(exampleOf(field)), icon("spark"), "Example"),
          button({ class: "ghost" }, () => this.#put(undefined), "Reset"),
        ];
    this.element.append(
      el("div", { class: "label-row" }, el("span", { class: "label" }, "Arguments"), isPlain ? "" : mode),
      this.#form.element,
      this.#text,
      this.#problem,
    );
    this.#text.hidden = true;
  }

  /** The arguments, or `undefined` when they are not right, which is shown then. */
  check(): JsonObject | undefined {
    this.#problem.textContent = "";
    if (this.#isText) return this.#parsed();
    const { value, problems } = this.#form.check();
    return problems.length === 0 ? asArguments(value) : undefined;
  }

  #switch(isText: boolean): void {
    if (isText) this.#text.value = printed(this.#form.value);
    else {
      const value = this.#text.value.trim() === "" ? {} : this.#parsed();
      if (value === undefined) {
        // What is no JSON cannot be shown in a form: it stays where it can be put right.
        this.element.querySelector<HTMLInputElement>("input[value=json]")?.click();
        return;
      }
      this.#form.fill(value);
    }
    this.#problem.textContent = "";
    this.#isText = isText;
    this.#text.hidden = !isText;
    this.#form.element.hidden = isText;
  }

  #put(value: JsonValue | undefined): void {
    this.#form.fill(value);
    this.#text.value = printed(this.#form.value);
    fill(this.#problem);
  }

  #parsed(): JsonObject | undefined {
    try {
      const value: unknown = JSON.parse(this.#text.value);
      if (isObject(value)) return value;
      this.#problem.textContent = "Arguments are a JSON object, as in { }";
    } catch (error) {
      this.#problem.textContent = messageOf(error);
    }
    return undefined;
  }
}

function asArguments(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function printed(value: JsonValue | undefined): string {
  return JSON.stringify(value ?? {}, null, 2);
}
