import { button, el, fill, uniqueId, type Child } from "./dom.js";
import { icon, type IconName } from "./icons.js";
import { kindOf, messageOf } from "./words.js";

/** What is shown where there is nothing. */
export function emptyState(picture: IconName, title: string, ...more: readonly Child[]): HTMLElement {
  return el("div", { class: "empty" }, icon(picture), el("p", { class: "empty-title" }, title), ...more);
}

/** What went wrong, and what to do about it. */
export function errorCard(error: unknown, ...more: readonly Child[]): HTMLElement {
  return el(
    "div",
    { class: "notice", "data-tone": "bad", role: "alert" },
    icon("warning"),
    el(
      "div",
      {},
      el("strong", {}, kindOf(error)),
      el("p", { class: "breakable" }, messageOf(error)),
      ...more,
    ),
  );
}

export function chip(text: string, tone = "plain"): HTMLElement {
  return el("span", { class: "chip", "data-tone": tone }, text);
}

export interface Segment {
  readonly id: string;
  readonly title: string;
}

/** One of a few, all in sight. */
export function segmented(
  label: string,
  segments: readonly Segment[],
  chosen: string,
  onChoose: (id: string) => void,
): HTMLElement {
  const name = uniqueId("segment");
  const group = el("div", { class: "segmented", role: "radiogroup", "aria-label": label });
  for (const { id, title } of segments) {
    const radio = el("input", { type: "radio", name, value: id, checked: id === chosen });
    radio.addEventListener("change", () => onChoose(id));
    group.append(el("label", {}, radio, el("span", {}, title)));
  }
  return group;
}

/** Copies a text, and says that it did. */
export function copyButton(text: () => string): HTMLButtonElement {
  const made = button(
    { class: "ghost small", title: "Copy" },
    () => {
      void navigator.clipboard.writeText(text()).then(() => {
        fill(made, icon("check"), "Copied");
        setTimeout(() => fill(made, icon("copy"), "Copy"), 1_500);
      });
    },
    icon("copy"),
    "Copy",
  );
  return made;
}
