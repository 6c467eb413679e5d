import { LOG_LEVELS, type LogLevel } from "@towpath/mcp-core";
import type { App } from "../app.js";
import { button, el } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { jsonView } from "../page/json-view.js";
import { toast } from "../page/notices.js";
import { emptyState } from "../page/parts.js";
import { messageOf, timeOf } from "../page/words.js";
import { isObject } from "../schema/is-object.js";
import type { LogEntry, ServerLog } from "./server-log.js";
import { StickyList } from "./sticky-list.js";

const LIMIT = 500;

/** What the server logs, as it comes. */
export function serverLogView({ log, connection }: Pick<App, "log" | "connection">): HTMLElement {
  const list = new StickyList(
    "Log of the server",
    emptyState(
      "prompts",
      "The server has logged nothing",
      el("p", { class: "muted" }, "Its log messages appear here while calls run."),
    ),
    "polite",
  );
  const lines: HTMLElement[] = [];
  show(log);
  function show({ entries }: ServerLog): void {
    list.clear();
    lines.length = 0;
    entries.forEach(add);
  }
  function add(entry: LogEntry): void {
    const line = lineOf(entry);
    lines.push(line);
    list.add(line);
    if (lines.length > LIMIT) lines.shift()?.remove();
  }
  log.watch((entry) => (entry === undefined ? show(log) : add(entry)));
  const level = el(
    "select",
    { "aria-label": "Least severe messages to ask for" },
    ...LOG_LEVELS.map((name) => el("option", { value: name }, `${name} and above`)),
  );
  level.value = connection.logLevel.current;
  level.addEventListener("change", () => {
    const chosen = LOG_LEVELS.find((name) => name === level.value) ?? "debug";
    void connection
      .setLogLevel(chosen)
      .catch((error: unknown) => toast(`The level stays: ${messageOf(error)}`, "bad"));
  });
  const clear = button(
    { class: "ghost icon-only", "aria-label": "Clear the log", title: "Clear" },
    () => log.clear(),
    icon("trash"),
  );
  const tools = el("div", { class: "dock-tools" }, level, el("span", { class: "grow" }), clear);
  return el("div", { class: "dock-page" }, tools, list.element);
}

const TONES: Readonly<Partial<Record<LogLevel, string>>> = {
  debug: "quiet",
  info: "plain",
  notice: "good",
  warning: "warning",
};

/** What is said: a text, alone or as the `message` among other things. */
function saidIn(data: LogEntry["data"]): readonly HTMLElement[] {
  if (typeof data === "string") return [el("span", { class: "breakable" }, data)];
  if (!isObject(data) || typeof data["message"] !== "string") return [jsonView(data)];
  const { message, ...rest } = data;
  const text = el("span", { class: "breakable" }, message);
  return Object.keys(rest).length === 0 ? [text] : [text, jsonView(rest)];
}

function lineOf({ at, level, logger, data }: LogEntry): HTMLElement {
  return el(
    "li",
    { class: "log-line" },
    el("time", { class: "mono muted" }, timeOf(at)),
    el("span", { class: "chip", "data-tone": TONES[level] ?? "bad" }, level),
    logger !== undefined && el("span", { class: "mono muted" }, logger),
    ...saidIn(data),
  );
}
