import { button, el } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { jsonView, unfolding } from "../page/json-view.js";
import { copyButton, emptyState, segmented } from "../page/parts.js";
import { durationOf, timeOf } from "../page/words.js";
import { matches, type WireFilter } from "./matches.js";
import { StickyList } from "./sticky-list.js";
import type { MessageEntry, Wire, WireEntry } from "./wire.js";

const SHAPES: Readonly<Record<MessageEntry["shape"], string>> = {
  request: "request",
  notification: "notice",
  result: "result",
  error: "error",
};

const DIRECTIONS = [
  { id: "both", title: "All" },
  { id: "out", title: "Out" },
  { id: "in", title: "In" },
] as const;

/** Every message that went out or came in. */
export function wireView(wire: Wire): HTMLElement {
  let filter: WireFilter = { text: "", direction: "both" };
  const list = new StickyList(
    "Messages",
    emptyState(
      "activity",
      "No messages yet",
      el("p", { class: "muted" }, "All that is sent and received appears here."),
    ),
  );
  const count = el("span", { class: "muted count" });
  const lines = new Map<number, HTMLElement>();

  const show = (): void => {
    lines.clear();
    list.clear();
    for (const entry of wire.entries) add(entry);
  };
  const add = (entry: WireEntry): void => {
    if (!matches(entry, filter)) return;
    const line = lineOf(entry);
    lines.set(entry.id, line);
    list.add(line);
  };
  const tell = (): void => void (count.textContent = String(wire.entries.length));
  wire.watch({
    added: (entry, dropped) => {
      const oldest = wire.entries[0]?.id ?? 0;
      if (dropped > 0)
        for (const [id, line] of lines) {
          if (id >= oldest) break;
          line.remove();
          lines.delete(id);
        }
      add(entry);
      tell();
    },
    cleared: () => {
      show();
      tell();
    },
  });

  const search = el("input", {
    type: "search",
    placeholder: "Filter",
    "aria-label": "Filter messages",
  });
  search.addEventListener("input", () => {
    filter = { ...filter, text: search.value };
    show();
  });
  const choose = (id: string): void => {
    filter = { ...filter, direction: DIRECTIONS.find((direction) => direction.id === id)?.id ?? "both" };
    show();
  };
  const clear = button(
    { class: "ghost icon-only", "aria-label": "Clear the messages", title: "Clear" },
    () => wire.clear(),
    icon("trash"),
  );
  const tools = el(
    "div",
    { class: "dock-tools" },
    search,
    segmented("Direction", DIRECTIONS, "both", choose),
    count,
    clear,
  );
  return el("div", { class: "dock-page wire" }, tools, list.element);
}

function lineOf(entry: WireEntry): HTMLElement {
  const time = el("time", { class: "mono muted" }, timeOf(entry.at));
  if (entry.kind === "note")
    return el(
      "li",
      { class: "note", "data-tone": entry.tone },
      time,
      el("span", { class: "breakable" }, entry.text),
    );
  const { direction, shape, method, ms, message } = entry;
  const words = direction === "out" ? "sent" : "received";
  const summary = el(
    "summary",
    {},
    time,
    el(
      "span",
      { class: "arrow", "data-direction": direction, title: words, role: "img", "aria-label": words },
      icon(direction),
    ),
    el("span", { class: "method mono" }, method === "" ? "(unknown request)" : method),
    el(
      "span",
      { class: "shape", "data-shape": shape },
      ms === undefined ? SHAPES[shape] : `${SHAPES[shape]} ${durationOf(ms)}`,
    ),
  );
  const details = unfolding(summary, false, () => {
    const text = (): string => JSON.stringify(message, null, 2);
    return el("div", { class: "wire-message" }, copyButton(text), jsonView(message));
  });
  details.addEventListener("toggle", () => details.open && details.scrollIntoView({ block: "nearest" }));
  return el("li", {}, details);
}
