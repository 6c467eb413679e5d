import type { Listing } from "../connection/catalogue.js";
import { button, el, fill } from "./dom.js";
import { icon, type IconName } from "./icons.js";
import { emptyState, errorCard } from "./parts.js";

/** One line of a list. */
export interface Entry {
  readonly key: string;
  readonly title: string;
  readonly subtitle?: string;
  /** Heads all that follow with the same one. */
  readonly section?: string;
  readonly icon: IconName;
  /** Made anew when this is another one. */
  readonly version: string;
  detail(): HTMLElement;
}

export interface MasterDetailOptions {
  /** What is listed, as in `tools`. */
  readonly noun: string;
  readonly icon: IconName;
  /** What to do with one of them, as in `Choose a tool to call it`. */
  readonly invitation: string;
  /** Whether the first one is chosen where there is room for both. */
  readonly choosesFirst: boolean;
}

const isWide = matchMedia("(min-width: 720px)");

/** A list, and what is chosen from it: side by side, or one after the other where there is little room. */
export class MasterDetail {
  readonly element: HTMLElement;
  readonly #options: MasterDetailOptions;
  readonly #list = el("div", { class: "list" });
  readonly #detail = el("div", { class: "detail" });
  readonly #search = el("input", { type: "search", placeholder: "Filter", class: "filter" });
  readonly #made = new Map<string, { readonly version: string; readonly element: HTMLElement }>();
  #entries: readonly Entry[] = [];
  #status: readonly Node[] = [];
  #chosen: string | undefined;

  constructor(options: MasterDetailOptions) {
    this.#options = options;
    this.#search.setAttribute("aria-label", `Filter ${options.noun}`);
    this.#search.addEventListener("input", () => this.#showList());
    const master = el(
      "div",
      { class: "master" },
      el("div", { class: "master-head" }, this.#search),
      this.#list,
    );
    this.element = el("div", { class: "master-detail" }, master, this.#detail);
    this.#showDetail();
  }

  /** @param listings what the entries are from, which may still be on their way or have failed */
  update(entries: readonly Entry[], listings: readonly Listing<unknown>[]): void {
    this.#entries = entries;
    this.#status = statusOf(listings, this.#options);
    if (listings.every(({ kind }) => kind === "absent")) {
      this.#made.clear();
      this.#chosen = undefined;
    }
    if (this.#options.choosesFirst && isWide.matches) this.#chosen ??= entries[0]?.key;
    this.#showList();
    this.#showDetail();
  }

  choose(key: string | undefined): void {
    this.#chosen = key;
    this.#showList();
    this.#showDetail();
    if (key !== undefined) this.#detail.scrollTop = 0;
  }

  #showList(): void {
    const wanted = this.#search.value.trim().toLowerCase();
    const found = this.#entries.filter(({ key, title, subtitle = "" }) =>
      `${key} ${title} ${subtitle}`.toLowerCase().includes(wanted),
    );
    const nodes: Node[] = [];
    let section: string | undefined;
    for (const entry of found) {
      if (entry.section !== undefined && entry.section !== section) nodes.push(el("h3", {}, entry.section));
      section = entry.section;
      nodes.push(this.#line(entry));
    }
    if (found.length === 0 && this.#entries.length > 0)
      nodes.push(el("p", { class: "muted pad" }, "Nothing fits the filter."));
    this.#search.parentElement?.toggleAttribute("hidden", this.#entries.length < 6);
    // What is being looked at with the keyboard stays so.
    const focused = this.#list.contains(document.activeElement)
      ? document.activeElement?.getAttribute("data-key")
      : undefined;
    fill(this.#list, ...nodes, ...this.#status);
    if (focused !== null && focused !== undefined) this.#lineOf(focused)?.focus();
  }

  #lineOf(key: string): HTMLElement | undefined {
    return [...this.#list.querySelectorAll<HTMLElement>("[data-key]")].find(
      (line) => line.dataset["key"] === key,
    );
  }

  #line(entry: Entry): HTMLElement {
    const isChosen = entry.key === this.#chosen;
    return button(
      { class: "line", "data-key": entry.key, "aria-current": isChosen ? "true" : undefined },
      () => this.choose(entry.key),
      icon(entry.icon),
      el(
        "span",
        { class: "line-words" },
        el("span", { class: "line-title" }, entry.title),
        el(
          "span",
          { class: entry.subtitle?.includes(" ") === true ? "line-subtitle prose" : "line-subtitle" },
          entry.subtitle,
        ),
      ),
    );
  }

  #showDetail(): void {
    const entry = this.#entries.find(({ key }) => key === this.#chosen);
    this.element.toggleAttribute("data-chosen", entry !== undefined);
    if (entry === undefined) {
      const { icon: picture, invitation } = this.#options;
      fill(this.#detail, emptyState(picture, invitation));
      return;
    }
    let made = this.#made.get(entry.key);
    if (made?.version !== entry.version) {
      made = { version: entry.version, element: entry.detail() };
      this.#made.set(entry.key, made);
    }
    if (made.element.parentElement === this.#detail) return;
    const back = button(
      { class: "ghost back" },
      () => {
        this.choose(undefined);
        this.#lineOf(entry.key)?.focus();
      },
      icon("back"),
      `All ${this.#options.noun}`,
    );
    fill(this.#detail, back, made.element);
  }
}

function statusOf(
  listings: readonly Listing<unknown>[],
  { noun, icon: picture }: MasterDetailOptions,
): Node[] {
  const failed = listings.flatMap((listing) => (listing.kind === "failed" ? [errorCard(listing.error)] : []));
  if (failed.length > 0) return failed;
  const items = listings.flatMap((listing) => (listing.kind === "absent" ? [] : listing.items));
  if (listings.some(({ kind }) => kind === "loading")) {
    return items.length > 0 ? [] : [el("p", { class: "muted pad" }, "Loading …")];
  }
  if (listings.some((listing) => listing.kind === "listed" && listing.more))
    return [el("p", { class: "muted pad" }, "The list goes on; only its beginning is shown.")];
  return items.length === 0 ? [emptyState(picture, `The server has no ${noun}`)] : [];
}
