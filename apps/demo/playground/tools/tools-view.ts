import type { Tool } from "@towpath/mcp-core";
import type { App } from "../app.js";
import { MasterDetail } from "../page/master-detail.js";
import { toolDetail } from "./tool-detail.js";

export interface ToolsView {
  readonly element: HTMLElement;
  /** Shows one of them. */
  open(name: string): void;
}

export function toolsView(app: App): ToolsView {
  const view = new MasterDetail({
    noun: "tools",
    icon: "tools",
    invitation: "Choose a tool to call it",
    choosesFirst: true,
  });
  app.catalogue.tools.listing.watch((listing) => {
    const items = listing.kind === "absent" ? [] : listing.items;
    const entries = items.map((tool) => ({
      key: tool.name,
      title: tool.title ?? tool.annotations?.title ?? tool.name,
      subtitle: subtitleOf(tool),
      icon: "tools" as const,
      version: JSON.stringify(tool),
      detail: () => toolDetail(tool, app),
    }));
    view.update(entries, [listing]);
  });
  return { element: view.element, open: (name) => view.choose(name) };
}

/** What tells it from others besides its title. */
function subtitleOf({ name, title, description = "", annotations }: Tool): string {
  return (title ?? annotations?.title) === undefined ? description : name;
}
