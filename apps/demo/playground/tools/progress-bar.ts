import { el } from "../page/dom.js";
import type { Running } from "./call.js";

/** How far a call has come, as the server says it. */
export class ProgressBar {
  readonly element = el("div", { class: "progress" });
  readonly #bar = el("progress", { "aria-label": "Progress" });
  readonly #words = el("span", { class: "progress-words" });
  readonly #count = el("span", { class: "progress-count mono" });

  constructor() {
    this.element.append(el("div", { class: "progress-row" }, this.#words, this.#count), this.#bar);
  }

  show({ progress, task }: Running): void {
    const { total, message, progress: done } = progress ?? task?.progress ?? { message: task?.message };
    this.#words.textContent = message ?? (done === undefined ? "Waiting for the server" : "Working");
    const isBounded = done !== undefined && total !== undefined && total > 0;
    if (isBounded) {
      this.#bar.max = total;
      this.#bar.value = done;
    } else this.#bar.removeAttribute("value");
    this.#count.textContent =
      done === undefined ? "" : isBounded ? `${String(done)} of ${String(total)}` : String(done);
  }
}
