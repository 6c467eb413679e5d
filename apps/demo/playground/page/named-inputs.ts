import { el, uniqueId } from "./dom.js";
import { SuggestingInput, type Suggest } from "./suggestions.js";

export interface Wanted {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly required: boolean;
  readonly suggest: Suggest;
}

/** Text inputs with suggestions, each with its name: the arguments of a prompt, the variables of a template. */
export class NamedInputs {
  readonly element = el("div", { class: "members" });
  readonly #inputs = new Map<
    string,
    { readonly input: SuggestingInput; readonly problem: HTMLElement; readonly required: boolean }
  >();

  constructor(
    wanted: readonly Wanted[],
    onInput: () => void = () => undefined,
    given: Readonly<Record<string, string>> = {},
  ) {
    for (const { name, title, description, required, suggest } of wanted) {
      const id = uniqueId("argument");
      const input = new SuggestingInput(id, suggest);
      input.input.value = given[name] ?? "";
      const problem = el("p", { class: "field-problem" });
      input.input.addEventListener("input", () => {
        problem.textContent = "";
        onInput();
      });
      this.#inputs.set(name, { input, problem, required });
      const label = el(
        "label",
        { for: id },
        title ?? name,
        title !== undefined && title !== name && el("code", {}, name),
      );
      this.element.append(
        el(
          "div",
          { class: "field" },
          el(
            "div",
            { class: "field-head" },
            label,
            required && el("span", { class: "needed" }, "required"),
            el("span", { class: "field-hint" }, "string"),
          ),
          input.element,
          el("p", { class: "field-about" }, description),
          problem,
        ),
      );
    }
  }

  /** What was put in, without what was left empty. */
  get values(): Readonly<Record<string, string>> {
    const given = [...this.#inputs].map(([name, { input }]) => [name, input.value] as const);
    return Object.fromEntries(given.filter(([, value]) => value !== ""));
  }

  /** Whether all is there that is required; shows what is not. */
  check(): boolean {
    const missing = [...this.#inputs.values()].filter(
      ({ input, required }) => required && input.value === "",
    );
    for (const { problem } of missing) problem.textContent = "This is required";
    missing[0]?.input.input.focus();
    return missing.length === 0;
  }
}
