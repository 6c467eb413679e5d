import type { CallToolResult } from "@towpath/mcp-core";
import type { App } from "../app.js";
import { contentView } from "../content/content-view.js";
import { button, el, fill } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { jsonView, unfolding } from "../page/json-view.js";
import { announce } from "../page/notices.js";
import { chip, copyButton, errorCard } from "../page/parts.js";
import { durationOf, timeOf } from "../page/words.js";
import type { Call, CallState, Running } from "./call.js";
import { ProgressBar } from "./progress-bar.js";

/** A call as it goes on, and what came of it. */
export function callCard(call: Call, app: App): HTMLElement {
  const status = el("span", { class: "call-status" });
  const cancel = button({ class: "small danger" }, () => call.cancel(), icon("stop"), "Cancel");
  const body = el("div", { class: "call-body" });
  const bar = new ProgressBar();
  const mark = chip("task");
  const head = el(
    "header",
    { class: "call-head" },
    status,
    mark,
    el("span", { class: "muted mono" }, timeOf(call.startedAt)),
    el("span", { class: "grow" }),
    cancel,
  );
  const args = unfolding(el("summary", {}, "Arguments"), false, () => jsonView(call.args));
  const card = el("article", { class: "call", "aria-label": `Call of ${call.tool}` }, head, body, args);
  call.state.watch((state) => {
    card.dataset["state"] = stateOf(state);
    fill(status, ...statusOf(state));
    cancel.hidden = state.kind !== "running";
    mark.hidden = !call.isTask;
    if (state.kind === "running") {
      bar.show(state);
      if (bar.element.parentElement === null) body.append(bar.element);
      return;
    }
    announce(`${call.tool}: ${status.textContent}`);
    const wasSeen = isSeen(card);
    fill(body, ...bodyOf(state, app));
    if (wasSeen) card.scrollIntoView({ block: "nearest" });
  });
  app.connection.line.watch((line) => {
    if (call.state.current.kind === "running") card.dataset["line"] = line;
  });
  return card;
}

/** Whether any of it is in the window. */
function isSeen(card: HTMLElement): boolean {
  const { top, bottom, height } = card.getBoundingClientRect();
  return height > 0 && top < innerHeight && bottom > 0;
}

function stateOf(state: CallState): string {
  return state.kind === "done" && state.result.isError === true ? "refused" : state.kind;
}

function statusOf(state: CallState): readonly (Node | string)[] {
  switch (state.kind) {
    case "running":
      return [el("span", { class: "spinner" }), runningWords(state)];
    case "done":
      return state.result.isError === true
        ? [icon("warning"), `The tool failed, in ${durationOf(state.ms)}`]
        : [icon("check"), `Done in ${durationOf(state.ms)}`];
    case "failed":
      return [icon("warning"), `Failed after ${durationOf(state.ms)}`];
    case "cancelled":
      return [icon("close"), `Cancelled after ${durationOf(state.ms)}`];
  }
}

function runningWords({ task }: Running): string {
  return task?.status === "input_required" ? "Waiting for an answer" : "Running";
}

function bodyOf(state: CallState, app: App): readonly Node[] {
  if (state.kind === "failed") return [errorCard(state.error)];
  return state.kind === "done" ? resultOf(state.result, app) : [];
}

function resultOf({ content, structuredContent }: CallToolResult, app: App): readonly Node[] {
  if (structuredContent === undefined) {
    return content.length === 0
      ? [el("p", { class: "muted" }, "Nothing came back.")]
      : [contentView(content, app.openResource)];
  }
  const said = JSON.stringify(structuredContent);
  // Servers say the same as text, for clients that know no structured content.
  const others = content.filter((block) => block.type !== "text" || compact(block.text) !== said);
  const head = el(
    "div",
    { class: "label-row" },
    el("span", { class: "label" }, "Structured content"),
    copyButton(() => JSON.stringify(structuredContent, null, 2)),
  );
  return [contentView(others, app.openResource), head, jsonView(structuredContent)];
}

function compact(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}
