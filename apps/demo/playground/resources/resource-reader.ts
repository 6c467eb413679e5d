import type { App } from "../app.js";
import { contentsView } from "../content/content-view.js";
import { button, el, fill } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { announce, toast } from "../page/notices.js";
import { errorCard } from "../page/parts.js";
import { messageOf, timeOf } from "../page/words.js";

/** Reads one resource, and again whenever the server says that it has changed. */
export class ResourceReader {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #status = el("span", { class: "reader-status muted" });
  readonly #body = el("div", { class: "reader-body" });
  readonly #subscribe: HTMLButtonElement;
  #uri = "";
  #updates = 0;

  constructor(app: App) {
    this.#app = app;
    const read = button({}, () => void this.read(), icon("reload"), "Read again");
    this.#subscribe = button(
      { class: "live-button", "aria-pressed": "false" },
      () => void this.#toggle(),
      icon("live"),
      "Subscribe",
    );
    const { live } = app.connection;
    const canSubscribe = live?.client.capabilities.resources?.subscribe === true;
    this.element = el(
      "section",
      { class: "card reader" },
      el("div", { class: "actions" }, read, canSubscribe && this.#subscribe, this.#status),
      this.#body,
    );
    this.element.hidden = true;
    app.connection.onChange(({ method, params }) => {
      const isOurs = "uri" in params && params.uri === this.#uri && app.connection.live === live;
      if (method === "notifications/resources/updated" && isOurs) void this.#updated();
    });
  }

  open(uri: string): Promise<boolean> {
    this.#uri = uri;
    this.#updates = 0;
    this.element.hidden = false;
    this.#show();
    return this.read();
  }

  /** Whether it could be read. Never rejects: what goes wrong is shown. */
  async read(): Promise<boolean> {
    const uri = this.#uri;
    const client = this.#app.connection.live?.client;
    try {
      if (client === undefined) throw new Error("There is no connection");
      const { contents } = await client.readResource(uri, {
        cache: "reload",
        ...this.#app.connection.callMeta,
      });
      if (uri !== this.#uri) return false;
      fill(this.#body, ...contents.map(contentsView));
      this.#status.textContent = `Read at ${timeOf(Date.now())}`;
      return true;
    } catch (error) {
      if (uri === this.#uri) fill(this.#body, errorCard(error));
      return false;
    }
  }

  async #updated(): Promise<void> {
    if (!(await this.read())) return;
    this.#updates++;
    const times = this.#updates === 1 ? "once" : `${String(this.#updates)} times`;
    this.#status.textContent = `Updated ${times}, last at ${timeOf(Date.now())}`;
    announce(`${this.#uri} has changed`);
    this.element.classList.remove("flash");
    requestAnimationFrame(() => this.element.classList.add("flash"));
  }

  async #toggle(): Promise<void> {
    const watching = this.#app.connection.live?.watching;
    if (watching === undefined) return;
    this.#subscribe.disabled = true;
    try {
      await (watching.watches(this.#uri) ? watching.unwatch(this.#uri) : watching.watch(this.#uri));
    } catch (error) {
      toast(`Not subscribed: ${messageOf(error)}`, "bad");
    }
    this.#subscribe.disabled = false;
    this.#show();
  }

  #show(): void {
    const isLive = this.#app.connection.live?.watching.watches(this.#uri) === true;
    this.#subscribe.setAttribute("aria-pressed", String(isLive));
    fill(this.#subscribe, icon("live"), isLive ? "Live" : "Subscribe");
  }
}
