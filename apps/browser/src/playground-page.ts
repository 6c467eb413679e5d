import type { Era } from "@towpath/mcp-core";
import type { Browser, Locator, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import type { Demo } from "./demo.js";

const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** What the console says of a request that failed, which may be what a test is about. */
const OF_NETWORK = "Failed to load resource";

/** A visitor of the playground. Over when the test is; then nothing may have gone wrong in the page. */
export class Playground {
  readonly page: Page;
  readonly #problems: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("pageerror", ({ message }) => this.#problems.push(message));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith(OF_NETWORK))
        this.#problems.push(message.text());
    });
  }

  static async open(browser: Browser, demo: Demo, viewport = DESKTOP): Promise<Playground> {
    const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
    const playground = new Playground(await context.newPage());
    onTestFinished(async () => {
      await context.close();
      expect(playground.#problems).toEqual([]);
    });
    await playground.page.goto(demo.url);
    return playground;
  }

  /** @param era pinned; without one, the page finds out */
  async connect(era?: Era, transport = "Streamable HTTP"): Promise<void> {
    await this.page.getByRole("radio", { name: transport }).check();
    await this.page.getByRole("radio", { name: era ?? "Automatic" }).check();
    await this.page.getByRole("button", { name: "Connect" }).click();
    await this.page.getByRole("heading", { name: "Notebook" }).waitFor();
  }

  async goTo(view: "Server" | "Tools" | "Resources" | "Prompts" | "Activity"): Promise<void> {
    await this.page.getByRole("navigation").getByRole("link", { name: view }).click();
  }

  async choose(view: "Tools" | "Resources" | "Prompts", entry: string): Promise<void> {
    await this.goTo(view);
    await this.view(view).getByRole("button", { name: entry }).click();
  }

  /** One of the parts of the page. */
  view(name: "Server" | "Tools" | "Resources" | "Prompts"): Locator {
    return this.page.getByRole("region", { name, exact: true });
  }

  /** Calls the tool that is chosen, and finds its latest call. */
  async call(): Promise<Locator> {
    await this.view("Tools").getByRole("button", { name: "Call", exact: true }).click();
    return this.view("Tools").getByRole("article", { name: "Call of" }).first();
  }

  /** Chooses a tool, fills in its form, calls it, and finds the call. */
  async callWith(tool: string, args: Readonly<Record<string, string>>): Promise<Locator> {
    await this.choose("Tools", tool);
    for (const [label, value] of Object.entries(args)) await this.view("Tools").getByLabel(label).fill(value);
    return this.call();
  }

  /** Chooses a tool, and calls it with what is put in as JSON. */
  async callWithJson(tool: string, args: object): Promise<Locator> {
    await this.choose("Tools", tool);
    await this.view("Tools").getByRole("radio", { name: "JSON" }).check();
    await this.view("Tools").getByLabel("Arguments as JSON").fill(JSON.stringify(args));
    return this.call();
  }

  /** Imports so many notes, ten a second, each with a report of progress. */
  importSlowly(count: number): Promise<Locator> {
    const notes = Array.from({ length: count }, (_, nth) => ({ title: `Milestone ${String(nth)}` }));
    return this.callWithJson("Import notes", { notes, perSecond: 10 });
  }

  /** Imports so many notes with a tag, one of which may be private, and exports them, ten a second. */
  async exportSlowly(
    tag: string,
    count: number,
    { privateAt = Infinity, format }: { readonly privateAt?: number; readonly format?: string },
  ): Promise<Locator> {
    const notes = Array.from({ length: count }, (_, nth) => ({
      title: `Day ${String(nth + 1)}`,
      tags: nth === privateAt ? [tag, "private"] : [tag],
    }));
    await (await this.callWithJson("Import notes", { notes })).getByText("Done in").waitFor();
    return this.callWithJson("Export notes", { tag, perSecond: 10, ...(format !== undefined && { format }) });
  }

  /** The methods in the record of messages, in order. */
  methods(): Promise<readonly string[]> {
    return this.page.getByRole("log", { name: "Messages" }).locator(".method").allTextContents();
  }
}
