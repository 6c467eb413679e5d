import { el } from "./dom.js";
import { segmented } from "./parts.js";

/** The messages and the log, one or the other. */
export function dock(messages: HTMLElement, log: HTMLElement): HTMLElement {
  const pages = { messages, log };
  const choose = (id: string): void => {
    for (const [name, page] of Object.entries(pages)) page.hidden = name !== id;
  };
  const tabs = [
    { id: "messages", title: "Messages" },
    { id: "log", title: "Server log" },
  ];
  choose("messages");
  return el(
    "div",
    { class: "dock" },
    el("div", { class: "dock-head" }, segmented("What to show", tabs, "messages", choose)),
    messages,
    log,
  );
}
