import { el } from "../page/dom.js";

/** Closer to the end than this counts as there, in pixels. */
const NEAR = 40;

/** A list that grows at its end, and stays there for as long as nobody scrolls away. */
export class StickyList {
  readonly element: HTMLElement;
  readonly #list: HTMLOListElement;
  #isAtEnd = true;
  #isWaiting = false;

  /** @param empty shown while there is nothing */
  constructor(label: string, empty: HTMLElement, live: "off" | "polite" = "off") {
    this.#list = el("ol", { class: "sticky", role: "log", "aria-label": label, "aria-live": live });
    this.element = el(
      "div",
      { class: "sticky-box", tabindex: "0", role: "region", "aria-label": label },
      this.#list,
      empty,
    );
    this.element.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.element;
      this.#isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    });
  }

  add(line: HTMLElement): void {
    this.#list.append(line);
    if (this.#isAtEnd) this.#follow();
  }

  clear(): void {
    this.#list.replaceChildren();
    this.#isAtEnd = true;
  }

  /** Once for all that is added before the next frame. */
  #follow(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    requestAnimationFrame(() => {
      this.#isWaiting = false;
      this.element.scrollTop = this.element.scrollHeight;
    });
  }
}
