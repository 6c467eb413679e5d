import type { App } from "../app.js";
import type { Line } from "../connection/connection.js";
import { button, byId, el, fill } from "./dom.js";
import { icon, type IconName } from "./icons.js";
import { announce, toast } from "./notices.js";
import { themeButton } from "./theme-button.js";

export type ViewName = "server" | "tools" | "resources" | "prompts" | "activity";

const VIEWS: readonly { readonly name: ViewName; readonly title: string; readonly icon: IconName }[] = [
  { name: "server", title: "Server", icon: "server" },
  { name: "tools", title: "Tools", icon: "tools" },
  { name: "resources", title: "Resources", icon: "resources" },
  { name: "prompts", title: "Prompts", icon: "prompts" },
  { name: "activity", title: "Activity", icon: "activity" },
];

/** Puts the views into the page, with the ways from one to another. */
export function furnish(app: App, views: Readonly<Record<ViewName, HTMLElement>>): void {
  for (const { name } of VIEWS) byId(name).append(views[name]);
  fill(byId("tabs"), ...VIEWS.map((view) => tab(view, app)));
  fill(byId("actions"), pill(app), cutButton(app), themeButton());
  const show = (): void => showView(viewOfHash());
  addEventListener("hashchange", show);
  show();
  app.connection.state.watch(({ kind }) => {
    if (kind === "connected") document.documentElement.dataset["stage"] = "connected";
    document.documentElement.dataset["state"] = kind;
  });
}

export function goTo(view: ViewName): void {
  location.hash = view;
}

function viewOfHash(): ViewName {
  return VIEWS.find(({ name }) => `#${name}` === location.hash)?.name ?? "server";
}

function showView(shown: ViewName): void {
  document.documentElement.dataset["view"] = shown;
  for (const { name } of VIEWS) byId(name).toggleAttribute("data-shown", name === shown);
  for (const link of byId("tabs").querySelectorAll("a")) {
    if (link.getAttribute("href") === `#${shown}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function tab({ name, title, icon: picture }: (typeof VIEWS)[number], { catalogue }: App): HTMLElement {
  const count = el("span", { class: "tab-count" });
  const listed = { tools: catalogue.tools, resources: catalogue.resources, prompts: catalogue.prompts };
  if (name in listed)
    listed[name as keyof typeof listed].listing.watch((listing) => {
      const items = listing.kind === "absent" ? 0 : listing.items.length;
      count.textContent =
        items === 0 ? "" : `${String(items)}${listing.kind === "listed" && listing.more ? "+" : ""}`;
    });
  return el(
    "a",
    { href: `#${name}`, class: "tab", "data-tab": name },
    icon(picture),
    el("span", { class: "tab-title" }, title),
    count,
  );
}

const LINES: Readonly<Record<Line, string>> = {
  up: "",
  cut: "Cut, coming back",
  resumed: "Resumed",
  back: "Connected again",
};

/** Who is at the other end, and how the line is. */
function pill({ connection }: App): HTMLElement {
  const words = el("span", { class: "pill-words" });
  const made = el("a", { href: "#server", class: "pill" }, el("span", { class: "dot" }), words);
  const show = (): void => {
    const { current } = connection.state;
    const line = connection.line.current;
    made.dataset["state"] = current.kind === "connected" ? line : current.kind;
    if (current.kind !== "connected") {
      fill(
        words,
        { idle: "Not connected", connecting: "Connecting", failed: "Could not connect" }[current.kind],
      );
      return;
    }
    const { client, choice } = current.live;
    const name = client.server?.title ?? client.server?.name ?? "Connected";
    fill(
      words,
      el("strong", {}, line === "up" ? name : LINES[line]),
      el("span", { class: "pill-more" }, el("span", {}, `${choice.transport.title}, `), client.revision),
    );
  };
  connection.state.watch((state) => {
    show();
    if (state.kind === "connected") announce(`Connected to ${words.textContent}`);
  });
  connection.line.watch((line) => {
    show();
    if (line !== "up") announce(LINES[line]);
  });
  return made;
}

function cutButton({ connection }: App): HTMLElement {
  const made = button(
    { class: "cut", title: "Breaks every open stream, as a network that fails does" },
    () => {
      if (connection.streams > 0) connection.cut();
      else toast("No stream is open. Cut while a call runs, or after subscribing to a resource.");
    },
    icon("cut"),
    el("span", { class: "button-words" }, "Cut"),
  );
  made.setAttribute("aria-label", "Cut the connection");
  connection.state.watch(({ kind }) => {
    made.hidden = kind !== "connected";
  });
  return made;
}
