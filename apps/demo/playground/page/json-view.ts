import { button, el, type Child } from "./dom.js";

/** Members that are shown at first. */
const MAX_MEMBERS = 100;
const MAX_TEXT = 2_000;
/** Values with fewer characters are open from the beginning. */
const OPEN_LENGTH = 1_000;

/** A value of JSON as a tree that opens. What is closed is not built yet. */
export function jsonView(value: unknown): HTMLElement {
  return el("div", { class: "json" }, node(value, undefined, true));
}

function node(value: unknown, key: string | undefined, isOpen: boolean): HTMLElement {
  const label: readonly Child[] = key === undefined ? [] : [el("span", { class: "json-key" }, key), ": "];
  if (typeof value !== "object" || value === null)
    return el("div", { class: "json-leaf" }, ...label, leaf(value));
  // Of a list they are the items, by their numbers.
  const entries: Entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const [open, shut] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) return el("div", { class: "json-leaf" }, ...label, el("span", {}, open + shut));
  const preview = el("span", { class: "json-count" }, `${open}${String(entries.length)}${shut}`);
  return unfolding(el("summary", {}, ...label, preview), isOpen, () => members(entries));
}

type Entries = readonly (readonly [string, unknown])[];

function members(entries: Entries): HTMLElement {
  const list = el("div", { class: "json-members" });
  const add = (from: number): void => {
    for (const [key, value] of entries.slice(from, from + MAX_MEMBERS))
      list.append(node(value, key, JSON.stringify(value).length < OPEN_LENGTH));
    const rest = entries.length - from - MAX_MEMBERS;
    if (rest <= 0) return;
    const more = button(
      { class: "ghost small" },
      () => {
        more.remove();
        add(from + MAX_MEMBERS);
      },
      `${String(rest)} more`,
    );
    list.append(more);
  };
  add(0);
  return list;
}

function leaf(value: unknown): HTMLElement {
  if (typeof value !== "string") return el("span", { class: `json-${typeof value}` }, String(value));
  const shown = el("span", { class: "json-string" }, JSON.stringify(value.slice(0, MAX_TEXT)));
  if (value.length <= MAX_TEXT) return shown;
  const more = button(
    { class: "ghost small" },
    () => {
      shown.textContent = JSON.stringify(value);
      more.remove();
    },
    `${String(value.length - MAX_TEXT)} more characters`,
  );
  return el("span", {}, shown, " ", more);
}

/** A part of the page that opens; its contents are made when it does. */
export function unfolding(summary: HTMLElement, isOpen: boolean, contents: () => Node): HTMLDetailsElement {
  const details = el("details", {}, summary);
  let isMade = false;
  const make = (): void => {
    if (isMade || !details.open) return;
    isMade = true;
    details.append(contents());
  };
  details.addEventListener("toggle", make);
  details.open = isOpen;
  make();
  return details;
}
