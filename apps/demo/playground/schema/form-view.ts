import type { JsonValue } from "@towpath/mcp-core";
import { el } from "../page/dom.js";
import { controlOf, type Control } from "./controls.js";
import type { GroupField, JsonField } from "./fields.js";
import { read, type Reading } from "./reading.js";
import { ControlViews } from "./views.js";

/** A form that is made from a schema. */
export class SchemaForm {
  readonly element = el("div", { class: "schema-form" });
  readonly #field: GroupField | JsonField;
  #views = new ControlViews();
  #control: Control;

  constructor(field: GroupField | JsonField, value?: JsonValue) {
    this.#field = field;
    this.#control = controlOf(field, value);
    this.#show();
  }

  /** What is in it. */
  get value(): JsonValue | undefined {
    return read(this.#control).value;
  }

  /** Puts something into it, in the place of all that was there. */
  fill(value?: JsonValue): void {
    this.#control = controlOf(this.#field, value);
    this.#show();
  }

  /** Reads it, and shows what is wrong with it. The first problem gets the focus. */
  check(): Reading {
    const reading = read(this.#control);
    this.#views.showProblems(reading.problems);
    return reading;
  }

  #show(): void {
    this.#views = new ControlViews();
    const control = this.#control;
    const isEmpty = control.kind === "group" && control.members.size === 0;
    this.element.replaceChildren(
      isEmpty
        ? el("p", { class: "muted no-fields" }, "Takes no arguments.")
        : control.kind === "group"
          ? this.#views.membersOf(control)
          : this.#views.of(control, { name: "arguments", required: true }),
    );
  }
}
