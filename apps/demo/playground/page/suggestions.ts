import { el, fill, uniqueId } from "./dom.js";

/** What may follow what was typed so far; nothing where there are no suggestions. */
export type Suggest = (typed: string) => Promise<readonly string[]>;

const PAUSE_MS = 150;

/** A text input below which suggestions appear (ARIA Authoring Practices, Combobox with a listbox popup). */
export class SuggestingInput {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #suggest: Suggest;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #marked = -1;

  constructor(id: string, suggest: Suggest) {
    const list = uniqueId("suggestions");
    this.#suggest = suggest;
    this.input = el("input", {
      id,
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list,
    });
    this.#list = el("ul", { id: list, class: "suggestions", role: "listbox", "aria-label": "Suggestions" });
    this.#list.hidden = true;
    this.element = el("div", { class: "suggesting" }, this.input, this.#list);
    this.input.addEventListener("input", () => this.#askSoon());
    this.input.addEventListener("focus", () => this.#askSoon());
    this.input.addEventListener("blur", () => this.#close());
    this.input.addEventListener("keydown", (event) => this.#key(event));
  }

  get value(): string {
    return this.input.value;
  }

  #askSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  async #ask(): Promise<void> {
    const asked = ++this.#asked;
    const found = await this.#suggest(this.input.value).catch(() => []);
    if (asked === this.#asked && document.activeElement === this.input) this.#show(found);
  }

  #show(found: readonly string[]): void {
    const others = found.filter((value) => value !== this.input.value);
    this.#marked = -1;
    fill(this.#list, ...others.map((value) => this.#option(value)));
    this.#list.hidden = others.length === 0;
    this.input.setAttribute("aria-expanded", String(others.length > 0));
    this.input.removeAttribute("aria-activedescendant");
  }

  #option(value: string): HTMLElement {
    const option = el("li", { id: uniqueId("suggestion"), role: "option", "aria-selected": "false" }, value);
    // Before the input loses the focus, and with it the list.
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.#take(value);
    });
    return option;
  }

  #key(event: KeyboardEvent): void {
    const options = [...this.#list.children];
    if (this.#list.hidden || options.length === 0) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.#mark(options, (this.#marked + step + options.length) % options.length);
    } else if (event.key === "Enter" && this.#marked >= 0) {
      event.preventDefault();
      this.#take(options[this.#marked]?.textContent ?? "");
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.#close();
    }
  }

  #mark(options: readonly Element[], index: number): void {
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    this.#marked = index;
    const marked = options[index];
    this.input.setAttribute("aria-activedescendant", marked?.id ?? "");
    marked?.scrollIntoView({ block: "nearest" });
  }

  #take(value: string): void {
    this.input.value = value;
    this.input.dispatchEvent(new Event("input"));
    clearTimeout(this.#timer);
    this.#close();
  }

  #close(): void {
    this.#asked++;
    clearTimeout(this.#timer);
    this.#list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }
}
