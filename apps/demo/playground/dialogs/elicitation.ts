import type { ElicitFormParams, ElicitResult, ElicitUrlParams, QuestionContext } from "@towpath/mcp-core";
import { el } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { formOf } from "../schema/fields.js";
import { SchemaForm } from "../schema/form-view.js";
import { isObject } from "../schema/is-object.js";
import { ask, type DialogAction } from "./dialog.js";

const DECLINE: DialogAction<ElicitResult> = {
  title: "Decline",
  look: "plain",
  answer: () => ({ action: "decline" }),
};
const CANCEL: DialogAction<ElicitResult> = {
  title: "Cancel",
  look: "ghost",
  answer: () => ({ action: "cancel" }),
};

/** Shows what a server wants to know, with a form for it (Elicitation, Form Mode). */
export function elicit(
  { message, requestedSchema }: ElicitFormParams,
  { server, signal }: QuestionContext,
): Promise<ElicitResult> {
  const form = new SchemaForm(formOf(requestedSchema));
  const hasFields = Object.keys(requestedSchema.properties).length > 0;
  const accept = (): ElicitResult | undefined => {
    const { value, problems } = form.check();
    if (problems.length > 0) return undefined;
    // Read by the form that was made of the schema; what does not fit it after all is refused by the client.
    return {
      action: "accept",
      content: (isObject(value) ? value : {}) as NonNullable<ElicitResult["content"]>,
    };
  };
  return ask<ElicitResult>({
    from: `${nameOf(server)} asks`,
    title: message,
    body: hasFields ? [form.element] : [],
    actions: [{ title: hasFields ? "Send" : "Accept", look: "primary", answer: accept }, DECLINE, CANCEL],
    left: { action: "cancel" },
    signal,
  });
}

/** Shows where a server wants to send the user, and goes there only when told to (Elicitation, URL Mode). */
export function openUrl(
  { message, url }: ElicitUrlParams,
  { server, signal }: QuestionContext,
): Promise<ElicitResult> {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = target?.protocol === "https:" || target?.protocol === "http:";
  const open = (): ElicitResult => {
    window.open(url, "_blank", "noopener,noreferrer");
    return { action: "accept" };
  };
  const body = [
    el(
      "dl",
      { class: "facts" },
      el("dt", {}, "Host"),
      el("dd", { class: "host" }, target?.host ?? "none"),
      el("dt", {}, "URL"),
      el("dd", { class: "mono breakable" }, url),
    ),
    isWeb
      ? el("p", { class: "muted" }, "Open it only if you know this host. The page opens in a new tab.")
      : el(
          "p",
          { class: "notice", "data-tone": "bad" },
          icon("warning"),
          "This is no address of a web page, so it cannot be opened.",
        ),
  ];
  const opening: DialogAction<ElicitResult> = {
    title: `Open ${target?.host ?? ""}`,
    look: "primary",
    answer: open,
  };
  return ask<ElicitResult>({
    from: `${nameOf(server)} wants to open a page`,
    title: message,
    body,
    actions: isWeb ? [opening, DECLINE, CANCEL] : [DECLINE, CANCEL],
    left: { action: "cancel" },
    signal,
  });
}

export function nameOf(server: QuestionContext["server"]): string {
  return server?.title ?? server?.name ?? "The server";
}
