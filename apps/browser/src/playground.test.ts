import type { Era } from "@towpath/mcp-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium, openChromium } from "./chromium.js";
import { Demo } from "./demo.js";
import { PHONE, Playground } from "./playground-page.js";

const REVISIONS: Readonly<Record<Era, string>> = { handshake: "2025-11-25", stateless: "2026-07-28" };
const ERAS: readonly Era[] = ["handshake", "stateless"];

describe.skipIf(!hasChromium)("the playground", () => {
  let browser: Browser;
  let demo: Demo;

  beforeAll(async () => {
    [browser, demo] = await Promise.all([openChromium(), Demo.start()]);
  });
  afterAll(async () => {
    await browser.close();
    await demo.end();
  });

  const connected = async (era?: Era, viewport?: typeof PHONE): Promise<Playground> => {
    const playground = await Playground.open(browser, demo, viewport);
    await playground.connect(era);
    return playground;
  };

  describe.each(ERAS)("in the %s era", (era) => {
    it("shows who is at the other end", async () => {
      const playground = await connected(era);
      const server = await playground.view("Server").innerText();
      for (const word of [REVISIONS[era], "Streamable HTTP", "notebook 1.0.0", "search_notes", "subscribe"])
        expect(server).toContain(word);
    });

    it("calls a tool from its form, and shows what it answers", async () => {
      const playground = await connected(era);
      const call = await playground.callWith("Search notes", { query: "no note says this" });
      await call.getByText("Done in").waitFor();
      expect(await call.innerText()).toMatch(/total: 0/);
    });

    it("shows progress as it is made, and cancels", async () => {
      const playground = await connected(era);
      const call = await playground.importSlowly(1_000);
      await call.getByText(/^[1-9]\d* of 1000$/).waitFor();
      expect(Number(await call.getByRole("progressbar").getAttribute("value"))).toBeGreaterThan(0);
      await call.getByRole("button", { name: "Cancel" }).click();
      await call.getByText("Cancelled after").waitFor();
    });

    it("asks what the server wants to know, and answers", async () => {
      const playground = await connected(era);
      const added = await playground.callWith("Add a note", { title: `Weir ${era}` });
      await added.getByText("is kept").waitFor();
      const id = /Note (\d+) is kept/.exec(await added.innerText())?.[1] ?? "";
      const dialog = playground.page.getByRole("dialog");
      const stays = await playground.callWith("Delete a note", { id });
      await dialog.getByText(`Delete note ${id}, "Weir ${era}", for good?`).waitFor();
      await dialog.getByRole("button", { name: "Decline" }).click();
      await stays.getByText("the user chose decline").waitFor();
      const left = await playground.call();
      await dialog.waitFor();
      await playground.page.keyboard.press("Escape");
      await left.getByText("the user chose cancel").waitFor();
      const gone = await playground.call();
      await dialog.getByRole("button", { name: "Accept" }).click();
      await gone.getByText(`Note ${id} is deleted`).waitFor();
    });

    it("lets a person be the model, and shows at once what becomes of a resource", async () => {
      const playground = await connected(era);
      const title = `Aqueduct ${era}`;
      const added = await playground.callWith("Add a note", { title });
      await added.getByText("is kept").waitFor();
      const id = /Note (\d+) is kept/.exec(await added.innerText())?.[1] ?? "";
      await playground.choose("Resources", title);
      const resource = playground.view("Resources");
      await resource.getByText(`# ${title}`).waitFor();
      await resource.getByRole("button", { name: "Subscribe" }).click();
      await resource.getByRole("button", { name: "Live" }).waitFor();
      const call = await playground.callWith("Summarise a note", { id });
      const dialog = playground.page.getByRole("dialog");
      await dialog.getByLabel("Your answer").fill("Water above water");
      await dialog.getByRole("button", { name: "Send" }).click();
      await call.getByText("Done in").waitFor();
      await playground.goTo("Resources");
      await resource.getByText("Updated once").waitFor();
      expect(await resource.innerText()).toContain("> Water above water");
    });

    it("shows a task as it goes on, and asks what it wants to know before and in between", async () => {
      const playground = await connected(era);
      const dialog = playground.page.getByRole("dialog");
      const call = await playground.exportSlowly(`walk-${era}`, 12, { privateAt: 3 });
      await dialog.getByText("In which format?").waitFor();
      await dialog.getByRole("button", { name: "Send" }).click();
      await dialog.getByText("Export 1 note tagged private as well?").waitFor();
      await call.getByText("Waiting for an answer").waitFor();
      expect(await call.getByRole("progressbar").getAttribute("value")).toBe("3");
      await dialog.getByRole("button", { name: "Accept" }).click();
      await call.getByText('Exported up to "Day').waitFor();
      await call.getByText("Done in").waitFor();
      const shown = await call.innerText();
      for (const words of ["task", "12 notes exported", "notebook://export/markdown", "# Day 12"])
        expect(shown).toContain(words);
    });

    it("cancels a task", async () => {
      const playground = await connected(era);
      const call = await playground.exportSlowly(`ride-${era}`, 200, { format: "json" });
      await call.getByText(/^[1-9]\d* of 200$/).waitFor();
      await call.getByRole("button", { name: "Cancel" }).click();
      await call.getByText("Cancelled after").waitFor();
      expect(await playground.methods()).toContain("tasks/cancel");
    });

    it("picks up a task when the page is loaded anew, and asks what it wants to know", async () => {
      const playground = await connected(era);
      const { page } = playground;
      await playground.exportSlowly(`row-${era}`, 12, { privateAt: 3, format: "json" });
      const dialog = page.getByRole("dialog").getByText("Export 1 note tagged private as well?");
      await dialog.waitFor();
      await page.reload();
      await dialog.waitFor();
      await page.getByRole("button", { name: "Decline" }).click();
      const call = playground.view("Tools").getByRole("article", { name: "Call of export_notes" });
      await call.getByText("11 notes exported; 1 left out, as private").waitFor();
      expect(await playground.methods()).not.toContain("tools/call");
      await page.reload();
      await page.getByRole("banner").getByText("Not connected").waitFor();
      expect(await playground.methods()).toEqual([]);
    });

    it("shows what the server logs, of the severity that is asked for", async () => {
      const playground = await connected(era);
      const { page } = playground;
      await page.getByRole("radio", { name: "Server log" }).check();
      const log = page.getByRole("log", { name: "Log of the server" });
      await (await playground.callWith("Search notes", {})).getByText("Done in").waitFor();
      await log.getByText("debug").waitFor();
      await page.getByRole("combobox", { name: "Least severe" }).selectOption("info");
      await (await playground.call()).getByText("Done in").waitFor();
      await (await playground.callWith("Add a note", { title: "Sluice" })).getByText("is kept").waitFor();
      await log.getByText("info", { exact: true }).waitFor();
      expect(await log.getByText("debug", { exact: true }).count()).toBe(1);
    });

    it("keeps every message, and finds them", async () => {
      const playground = await connected(era);
      await (await playground.callWith("Search notes", { query: "quay" })).getByText("Done in").waitFor();
      const first = era === "handshake" ? "initialize" : "server/discover";
      expect((await playground.methods()).slice(0, 2)).toEqual([first, first]);
      const { page } = playground;
      await page.getByRole("searchbox", { name: "Filter messages" }).fill("quay");
      expect(await playground.methods()).toContain("tools/call");
      expect(await playground.methods()).not.toContain("tools/list");
      await page.getByRole("log", { name: "Messages" }).getByText("tools/call").click();
      await page.getByText('"quay"').first().waitFor();
      await page.getByRole("searchbox", { name: "Filter messages" }).fill("");
      await page.getByRole("button", { name: "Clear the messages" }).click();
      expect(await playground.methods()).toEqual([]);
    });
  });

  it("says what is missing in a form before anything is sent", async () => {
    const playground = await connected();
    await playground.choose("Tools", "Add a note");
    await playground.view("Tools").getByRole("button", { name: "Call", exact: true }).click();
    await playground.view("Tools").getByText("This is required").waitFor();
    expect(await playground.methods()).not.toContain("tools/call");
  });

  it("shows what a tool refuses", async () => {
    const playground = await connected();
    const call = await playground.callWith("Summarise a note", { id: "999999" });
    await call.getByText("The tool failed").waitFor();
    expect(await call.innerText()).toContain("There is no note 999999");
  });

  it("suggests what an argument of a prompt may be, and shows the messages", async () => {
    const playground = await connected();
    await playground.choose("Tools", "Add a note");
    const tools = playground.view("Tools");
    await tools.getByLabel("title").fill("Lock 5");
    await tools.getByRole("button", { name: "Add to tags" }).click();
    await tools.getByLabel("one of tags").fill("winter-1");
    await (await playground.call()).getByText("is kept").waitFor();
    await playground.choose("Prompts", "Review notes");
    const prompts = playground.view("Prompts");
    await prompts.getByRole("combobox").fill("winter-");
    await prompts.getByRole("option", { name: "winter-1" }).click();
    await prompts.getByRole("button", { name: "Get the messages" }).click();
    await prompts.getByText("# Lock 5").waitFor();
  });

  it("finds out by itself which era the server speaks, disconnects, and connects again", async () => {
    const playground = await connected();
    expect(await playground.view("Server").innerText()).toContain(REVISIONS.stateless);
    await playground.view("Server").getByRole("button", { name: "Disconnect" }).click();
    await playground.connect("handshake");
    expect(await playground.view("Server").innerText()).toContain(REVISIONS.handshake);
  });

  it("comes back for the rest of a call when the connection is cut", async () => {
    const playground = await connected("handshake");
    const call = await playground.importSlowly(25);
    await call.getByText(/^[1-9]\d* of 25$/).waitFor();
    await playground.page.getByRole("button", { name: "Cut the connection" }).click();
    await playground.page.getByText("Resumed after event").first().waitFor();
    await call.getByText("Done in").waitFor();
    expect(await call.innerText()).toMatch(/imported: 25/);
  });

  it("says at once that a call is lost where none resumes, hears of changes again, and goes on", async () => {
    const playground = await connected("stateless");
    const call = await playground.importSlowly(25);
    await call.getByText(/^[1-9]\d* of 25$/).waitFor();
    await playground.page.getByRole("button", { name: "Cut the connection" }).click();
    await call.getByText("Failed after").waitFor();
    expect(await call.innerText()).toContain("ConnectionLostError");
    await playground.page.getByText("A new stream is there").waitFor();
    await (await playground.callWith("Search notes", {})).getByText("Done in").waitFor();
  });

  it.each(ERAS)("goes on over a new WebSocket when one is cut, in the %s era", async (era) => {
    const playground = await Playground.open(browser, demo);
    await playground.connect(era, "WebSocket");
    expect(await playground.view("Server").innerText()).toContain("WebSocket");
    const call = await playground.importSlowly(1_000);
    await call.getByText(/^[1-9]\d* of 1000$/).waitFor();
    await playground.page.getByRole("button", { name: "Cut the connection" }).click();
    await call.getByText("Failed after").waitFor();
    await playground.page.getByRole("banner").getByText("Connected again").waitFor();
    await (await playground.callWith("Search notes", {})).getByText("Done in").waitFor();
  });

  it("goes on in a new session of HTTP+SSE when its stream is cut", async () => {
    const playground = await Playground.open(browser, demo);
    const { page } = playground;
    await page.getByRole("radio", { name: "HTTP+SSE" }).check();
    expect(await page.getByRole("radio", { name: "stateless" }).isDisabled()).toBe(true);
    await playground.connect("handshake", "HTTP+SSE");
    const server = await playground.view("Server").innerText();
    for (const word of [REVISIONS.handshake, "HTTP+SSE"]) expect(server).toContain(word);
    const call = await playground.importSlowly(1_000);
    await call.getByText(/^[1-9]\d* of 1000$/).waitFor();
    await page.getByRole("button", { name: "Cut the connection" }).click();
    await call.getByText("Failed after").waitFor();
    expect(await call.innerText()).toContain("ConnectionLostError");
    await page.getByRole("banner").getByText("Connected again").waitFor();
    await (await playground.callWith("Search notes", {})).getByText("Done in").waitFor();
  });

  it("says why it could not connect, and tries again", async () => {
    const playground = await Playground.open(browser, demo);
    const { page } = playground;
    await page.route("**/mcp", (route) => route.abort());
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByRole("alert").getByText("the request failed").waitFor();
    await page.unroute("**/mcp");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Notebook" }).waitFor();
  });

  it("shows markup of a server's as text", async () => {
    const playground = await connected();
    const markup = '<img src="x" onerror="document.title = 1"><script>1</script>';
    await (await playground.callWith("Add a note", { title: markup })).getByText(markup).waitFor();
    await playground.choose("Resources", markup);
    await playground.view("Resources").getByText(`# ${markup}`).waitFor();
    expect(await playground.page.locator("main img, main script").count()).toBe(0);
  });

  it("takes what is no form as JSON", async () => {
    const playground = await connected();
    await playground.choose("Tools", "Import notes");
    const tools = playground.view("Tools");
    await tools.getByRole("radio", { name: "JSON" }).check();
    await tools.getByLabel("Arguments as JSON").fill('{ "notes": ');
    await tools.getByRole("button", { name: "Call", exact: true }).click();
    await tools.getByRole("alert").getByText("JSON").waitFor();
    const notes = Array.from({ length: 60 }, (_, nth) => ({ title: `Bollard ${String(nth)}` }));
    await tools.getByLabel("Arguments as JSON").fill(JSON.stringify({ notes }));
    await (await playground.call()).getByText("imported: 60").waitFor();
  });

  it("fits on a phone, wherever one goes", async () => {
    const playground = await connected("handshake", PHONE);
    const { page } = playground;
    const widths = (): Promise<readonly number[]> =>
      page.evaluate(() => [
        document.documentElement.scrollWidth,
        ...[...document.querySelectorAll("main section, aside, .detail, .master")].map(
          ({ scrollWidth, clientWidth }) => innerWidth + scrollWidth - clientWidth,
        ),
      ]);
    for (const view of ["Server", "Tools", "Resources", "Prompts", "Activity"] as const) {
      await playground.goTo(view);
      expect(Math.max(...(await widths())), view).toBe(PHONE.width);
    }
    const call = await playground.callWith("Search notes", { limit: "3" });
    await call.getByText("Done in").waitFor();
    expect(Math.max(...(await widths()))).toBe(PHONE.width);
    await playground.view("Tools").getByRole("button", { name: "All tools" }).click();
    await playground.view("Tools").getByRole("button", { name: "Add a note" }).waitFor();
  });
});
