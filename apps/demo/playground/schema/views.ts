import { button, el, fill, uniqueId } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { controlOf, MAX_ITEMS, type Control, type ControlOf } from "./controls.js";
import { hintOf } from "./hints.js";
import { inputOf } from "./inputs.js";
import type { Problem } from "./reading.js";

/** What a control is called where it stands. */
export interface Place {
  readonly name: string;
  readonly required: boolean;
}

interface Shown {
  readonly focus: HTMLElement;
  readonly problem: HTMLElement;
}

/** The elements of the controls of one form. */
export class ControlViews {
  readonly #shown = new Map<Control, Shown>();

  of(control: Control, place: Place): HTMLElement {
    switch (control.kind) {
      case "list":
        return this.#list(control, place);
      case "group":
        return this.#fieldset(control, place, this.membersOf(control));
      case "choices":
        return this.#fieldset(control, place, inputOf(control, uniqueId("field"), "").element);
      default:
        return this.#single(control, place);
    }
  }

  membersOf({ field, members }: ControlOf<"group">): HTMLElement {
    const shown = field.members.flatMap(({ name, required }) => {
      const member = members.get(name);
      return member === undefined ? [] : [this.of(member, { name, required })];
    });
    return el("div", { class: "members" }, ...shown);
  }

  showProblems(problems: readonly Problem[]): void {
    for (const { focus, problem } of this.#shown.values()) {
      problem.textContent = "";
      focus.removeAttribute("aria-invalid");
    }
    for (const { control, message } of problems) {
      const shown = this.#shown.get(control);
      if (shown === undefined) continue;
      shown.problem.textContent = message;
      shown.focus.setAttribute("aria-invalid", "true");
    }
    const first = problems[0] && this.#shown.get(problems[0].control);
    first?.focus.focus();
  }

  #single(control: Control, place: Place): HTMLElement {
    const id = uniqueId("field");
    const about = el("p", { class: "field-about", id: `${id}-about` }, control.field.description ?? "");
    const problem = el("p", { class: "field-problem", id: `${id}-problem` });
    const { element, focus } = inputOf(control, id, `${about.id} ${problem.id}`);
    this.#shown.set(control, { focus, problem });
    focus.addEventListener("input", () => {
      problem.textContent = "";
      focus.removeAttribute("aria-invalid");
    });
    const head = el(
      "div",
      { class: "field-head" },
      el("label", { for: id }, ...titleOf(control, place)),
      ...marksOf(control, place),
    );
    return control.kind === "flag"
      ? el("div", { class: "field flag" }, el("div", { class: "flag-row" }, element, head), about, problem)
      : el("div", { class: "field" }, head, element, about, problem);
  }

  #fieldset(control: Control, place: Place, ...contents: readonly Node[]): HTMLFieldSetElement {
    const problem = el("p", { class: "field-problem" });
    const { description } = control.field;
    const set = el(
      "fieldset",
      { class: "field", tabindex: "-1" },
      el(
        "legend",
        { class: "field-head" },
        el("span", { class: "field-title" }, ...titleOf(control, place)),
        ...marksOf(control, place),
      ),
      description !== undefined && el("p", { class: "field-about" }, description),
      ...contents,
      problem,
    );
    this.#shown.set(control, { focus: set, problem });
    return set;
  }

  #list(control: ControlOf<"list">, place: Place): HTMLElement {
    const { field, items } = control;
    const list = el("ol", { class: "items" });
    const add = button(
      { class: "small" },
      () => {
        const item = controlOf(field.item);
        items.push(item);
        list.append(row(item));
        count();
        list.querySelector<HTMLElement>("li:last-child :is(input, textarea, select)")?.focus();
      },
      icon("add"),
      `Add to ${place.name}`,
    );
    const count = (): void => {
      add.disabled = items.length >= Math.min(MAX_ITEMS, field.maxItems ?? Infinity);
    };
    const row = (item: Control): HTMLElement => {
      const isPlain = item.kind !== "group" && item.kind !== "list";
      const remove = button(
        { class: "ghost icon-only small remove", "aria-label": "Remove this one", title: "Remove" },
        () => {
          items.splice(items.indexOf(item), 1);
          this.#shown.delete(item);
          made.remove();
          count();
          add.focus();
        },
        icon("trash"),
      );
      const made = el("li", { class: isPlain ? "item plain" : "item" }, this.#item(item, place), remove);
      return made;
    };
    fill(list, ...items.map(row));
    count();
    return this.#fieldset(control, place, list, add);
  }

  /** An item of a list has no name but its number. */
  #item(item: Control, { name }: Place): HTMLElement {
    if (item.kind === "group") return this.membersOf(item);
    return this.of(item, { name: `one of ${name}`, required: true });
  }
}

function titleOf({ field: { title } }: Control, { name }: Place): readonly (Node | string)[] {
  if (title === undefined || title === name) return [name];
  return [title, " ", el("code", {}, name)];
}

function marksOf({ field }: Control, { required }: Place): readonly Node[] {
  const needed = required && field.kind !== "flag" ? [el("span", { class: "needed" }, "required")] : [];
  return [...needed, el("span", { class: "field-hint" }, hintOf(field))];
}
