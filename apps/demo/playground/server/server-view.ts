import type { JsonObject } from "@towpath/mcp-core";
import type { App } from "../app.js";
import type { Live } from "../connection/connection.js";
import type { Endpoints } from "../connection/endpoints.js";
import { button, el, fill } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { jsonView, unfolding } from "../page/json-view.js";
import { chip } from "../page/parts.js";
import { connectCard } from "./connect-card.js";
import { scene } from "./scene.js";

/** Where to connect; and once that is done, who is at the other end. */
export function serverView(app: App, endpoints: Endpoints): HTMLElement {
  const welcome = el(
    "div",
    { class: "welcome" },
    scene(),
    el("h1", {}, "Towpath playground"),
    el(
      "p",
      { class: "lead" },
      "A client of the Model Context Protocol, in this page. It shows what a server offers, and every message on the way.",
    ),
    connectCard(app, endpoints),
  );
  const view = el("div", { class: "server" });
  app.connection.state.watch((state) => {
    if (state.kind === "connected") fill(view, identity(state.live, app));
    else if (!view.contains(welcome)) fill(view, welcome);
  });
  return view;
}

function identity(live: Live, app: App): HTMLElement {
  const { client, choice } = live;
  const { server, revision, era, capabilities, instructions } = client;
  const leave = button({}, () => void app.connection.disconnect(), icon("plug"), "Disconnect");
  const facts: readonly (readonly [string, Node | string])[] = [
    ["Revision", el("span", { class: "mono" }, revision)],
    ["Era", ERAS[era]],
    ["Transport", choice.transport.title],
    ["Address", el("code", { class: "breakable" }, choice.url.href)],
  ];
  return el(
    "article",
    { class: "sheet" },
    el(
      "header",
      { class: "sheet-head" },
      el("h1", {}, server?.title ?? server?.name ?? "A server without a name"),
      server !== undefined && el("code", {}, `${server.name} ${server.version}`),
      el("span", { class: "grow" }),
      leave,
    ),
    server?.description !== undefined && el("p", { class: "lead" }, server.description),
    el(
      "section",
      { class: "card" },
      el(
        "dl",
        { class: "facts" },
        ...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
      ),
    ),
    instructions !== undefined &&
      el(
        "section",
        { class: "card quote" },
        el("h3", { class: "label" }, "Instructions for the model"),
        el("p", { class: "pre" }, instructions),
      ),
    el(
      "section",
      { class: "card" },
      el("h3", { class: "label" }, "Capabilities"),
      el(
        "div",
        { class: "capabilities" },
        ...Object.entries(capabilities).map(([name, value]) => capability(name, value)),
      ),
      unfolding(el("summary", {}, "As JSON"), false, () => jsonView(capabilities)),
    ),
    tryThis(live),
  );
}

const ERAS = {
  handshake: "Handshake: a session that begins with initialize",
  stateless: "Stateless: every request speaks for itself",
} as const;

function capability(name: string, value: unknown): HTMLElement {
  const parts = typeof value === "object" && value !== null ? Object.entries(value as JsonObject) : [];
  const on = parts.filter(([, part]) => part !== false && part !== undefined);
  return el(
    "div",
    { class: "capability" },
    icon("check"),
    el("strong", {}, name),
    ...on.map(([part]) => chip(part)),
  );
}

/** What there is to see, each with the way to it. */
function tryThis({ client, choice }: Live): HTMLElement {
  const steps = [
    ["#tools", "Call a tool that reports progress, then cut the connection while it runs."],
    ["#tools", "Export notes as a task, and load the page anew while it runs."],
    ["#resources", "Subscribe to a resource, and watch it while a tool changes it."],
    ["#prompts", "Fill in a prompt: its arguments complete while you type."],
    ["#activity", "Read along: every message, and what the server logs."],
  ] as const;
  const resumes = client.era === "handshake" && choice.transport.resumes;
  const about = resumes
    ? "What is under way when the connection is cut goes on when it is there again."
    : `Nothing resumes ${client.era === "handshake" ? "over this transport" : "in this era"}: a call that is cut fails at once, and subscriptions are made anew.`;
  return el(
    "section",
    { class: "card" },
    el("h3", { class: "label" }, "Try this"),
    el(
      "ul",
      { class: "steps" },
      ...steps.map(([href, words]) => el("li", {}, el("a", { href }, words, icon("next")))),
    ),
    el("p", { class: "muted" }, about),
  );
}
