import type { GetPromptResult, Prompt } from "@towpath/mcp-core";
import type { App } from "../app.js";
import { completing } from "../connection/completing.js";
import { contentView } from "../content/content-view.js";
import { el, fill } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { MasterDetail } from "../page/master-detail.js";
import { NamedInputs } from "../page/named-inputs.js";
import { errorCard } from "../page/parts.js";

export function promptsView(app: App): HTMLElement {
  const view = new MasterDetail({
    noun: "prompts",
    icon: "prompts",
    invitation: "Choose a prompt to see its messages",
    choosesFirst: true,
  });
  app.catalogue.prompts.listing.watch((listing) => {
    const items = listing.kind === "absent" ? [] : listing.items;
    const entries = items.map((prompt) => ({
      key: prompt.name,
      title: prompt.title ?? prompt.name,
      subtitle: prompt.name,
      icon: "prompts" as const,
      version: JSON.stringify(prompt),
      detail: () => promptDetail(prompt, app),
    }));
    view.update(entries, [listing]);
  });
  return view.element;
}

function promptDetail(prompt: Prompt, app: App): HTMLElement {
  const { name, title, description, arguments: wanted = [] } = prompt;
  const ref = { type: "ref/prompt", name } as const;
  const inputs: NamedInputs = new NamedInputs(
    wanted.map(({ required = false, ...argument }) => ({
      ...argument,
      required,
      suggest: completing(app.connection, ref, argument.name, () => inputs.values),
    })),
  );
  const result = el("section", { class: "messages", "aria-live": "polite" });
  const get = el("button", { type: "submit", class: "primary" }, icon("prompts"), "Get the messages");
  const form = el(
    "form",
    { class: "card", novalidate: true },
    wanted.length === 0 ? el("p", { class: "muted no-fields" }, "Takes no arguments.") : inputs.element,
    el("div", { class: "actions" }, get),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (inputs.check()) void show(result, app, name, inputs.values);
  });
  const head = el(
    "header",
    { class: "sheet-head" },
    el("h2", {}, title ?? name),
    title !== undefined && el("code", {}, name),
  );
  return el("article", { class: "sheet" }, head, el("p", { class: "lead" }, description ?? ""), form, result);
}

async function show(
  result: HTMLElement,
  app: App,
  name: string,
  args: Readonly<Record<string, string>>,
): Promise<void> {
  const client = app.connection.live?.client;
  try {
    if (client === undefined) throw new Error("There is no connection");
    const got = await client.getPrompt(name, args, app.connection.callMeta);
    fill(result, ...messagesOf(got, app));
  } catch (error) {
    fill(result, errorCard(error));
  }
}

function messagesOf({ messages }: GetPromptResult, app: App): readonly HTMLElement[] {
  return messages.map(({ role, content }) =>
    el(
      "article",
      { class: "bubble", "data-role": role },
      el("span", { class: "label" }, role),
      contentView([content], app.openResource),
    ),
  );
}
