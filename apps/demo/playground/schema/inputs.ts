import { el, type Attributes } from "../page/dom.js";
import type { Control, ControlOf } from "./controls.js";

export interface Input {
  readonly element: HTMLElement;
  /** What gets the focus, and is named by the label. */
  readonly focus: HTMLElement;
}

/**
 * The input of a control that has no other controls inside, which keeps what is put into it there.
 * @param describedBy ids of what says more about it
 */
export function inputOf(control: Control, id: string, describedBy: string): Input {
  const attributes: Attributes = { id, "aria-describedby": describedBy === "" ? undefined : describedBy };
  switch (control.kind) {
    case "text":
      return same(textInput(control, attributes));
    case "number":
      return same(numberInput(control, attributes));
    case "flag":
      return same(flagInput(control, attributes));
    case "choice":
      return same(select(control, attributes));
    case "choices":
      return same(checkboxes(control));
    default:
      return same(jsonInput(control, attributes));
  }
}

function same(element: HTMLElement): Input {
  return { element, focus: element };
}

function textInput(control: ControlOf<"text">, attributes: Attributes): HTMLElement {
  const { multiline, input } = control.field;
  const made = multiline
    ? el("textarea", { ...attributes, rows: 2 })
    : el("input", { ...attributes, type: input, autocomplete: "off", spellcheck: "false" });
  return kept(made, control);
}

function numberInput(control: ControlOf<"number">, attributes: Attributes): HTMLElement {
  const { integer, min, max } = control.field;
  const inputmode = integer ? "numeric" : "decimal";
  return kept(
    el("input", { ...attributes, type: "number", step: integer ? 1 : "any", min, max, inputmode }),
    control,
  );
}

function jsonInput(control: Control, attributes: Attributes): HTMLElement {
  const made = el("textarea", {
    ...attributes,
    rows: 4,
    class: "mono",
    spellcheck: "false",
    placeholder: "JSON",
  });
  return control.kind === "json" ? kept(made, control) : made;
}

function kept<E extends HTMLInputElement | HTMLTextAreaElement>(made: E, control: { text: string }): E {
  made.value = control.text;
  made.addEventListener("input", () => (control.text = made.value));
  return made;
}

function flagInput(control: ControlOf<"flag">, attributes: Attributes): HTMLElement {
  const made = el("input", { ...attributes, type: "checkbox", class: "switch", role: "switch" });
  made.checked = control.on;
  made.addEventListener("change", () => (control.on = made.checked));
  return made;
}

function select(control: ControlOf<"choice">, attributes: Attributes): HTMLElement {
  const made = el("select", attributes, el("option", { value: "" }, "Choose …"));
  for (const [index, { title }] of control.field.options.entries())
    made.append(el("option", { value: index }, title));
  made.value = control.index === undefined ? "" : String(control.index);
  made.addEventListener("change", () => (control.index = made.value === "" ? undefined : Number(made.value)));
  return made;
}

function checkboxes({ field, chosen }: ControlOf<"choices">): HTMLElement {
  const all = field.options.map(({ title }, index) => {
    const box = el("input", { type: "checkbox" });
    box.checked = chosen.has(index);
    box.addEventListener("change", () => (box.checked ? chosen.add(index) : chosen.delete(index)));
    return el("label", { class: "check" }, box, el("span", {}, title));
  });
  return el("div", { class: "checks" }, ...all);
}
