import { byId, el } from "./dom.js";

const SHOWN_MS = 6_000;
const MAX_SHOWN = 3;

/** Says something to those who listen to the page instead of looking at it. */
export function announce(text: string): void {
  byId("announcer").textContent = text;
}

/** Shows something for a while. */
export function toast(text: string, tone: "plain" | "good" | "bad" = "plain"): void {
  const shelf = byId("toasts");
  const shown = el("div", { class: "toast", "data-tone": tone }, text);
  shelf.append(shown);
  while (shelf.childElementCount > MAX_SHOWN) shelf.firstElementChild?.remove();
  announce(text);
  setTimeout(() => shown.remove(), SHOWN_MS);
}
