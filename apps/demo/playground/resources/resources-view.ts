import { expandUriTemplate, type Resource, type ResourceTemplate } from "@towpath/mcp-core";
import type { App } from "../app.js";
import { completing } from "../connection/completing.js";
import { el } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { MasterDetail, type Entry } from "../page/master-detail.js";
import { NamedInputs, type Wanted } from "../page/named-inputs.js";
import { chip } from "../page/parts.js";
import { bytesOf } from "../page/words.js";
import { ResourceReader } from "./resource-reader.js";
import { variablesOf } from "./template-variables.js";

export interface ResourcesView {
  readonly element: HTMLElement;
  /** Shows a resource, listed or not. */
  open(uri: string): void;
}

const ANY = "any URI";

export function resourcesView(app: App): ResourcesView {
  const view = new MasterDetail({
    noun: "resources",
    icon: "resources",
    invitation: "Choose a resource to read it",
    choosesFirst: false,
  });
  const { resources, templates } = app.catalogue;
  let wanted = "";
  const show = (): void => {
    const [listed, families] = [resources.listing.current, templates.listing.current];
    if (listed.kind === "absent") {
      view.update([], [listed, families]);
      return;
    }
    const entries = [
      ...templates.items.map((template) => templateEntry(template, app)),
      anyEntry(wanted, app),
      ...resources.items.map((resource) => resourceEntry(resource, app)),
    ];
    view.update(entries, [listed, families]);
  };
  resources.listing.watch(show);
  templates.listing.watch(show);
  return {
    element: view.element,
    open: (uri) => {
      const isListed = resources.items.some((resource) => resource.uri === uri);
      wanted = isListed ? wanted : uri;
      show();
      view.choose(isListed ? uri : ANY);
    },
  };
}

function resourceEntry(resource: Resource, app: App): Entry {
  const { uri, name, title } = resource;
  return {
    key: uri,
    title: title ?? name,
    subtitle: uri,
    section: "Resources",
    icon: "resources",
    version: JSON.stringify(resource),
    detail: () => {
      const reader = new ResourceReader(app);
      void reader.open(uri);
      return el("article", { class: "sheet" }, ...headOf(resource, uri), reader.element);
    },
  };
}

function templateEntry(template: ResourceTemplate, app: App): Entry {
  const { uriTemplate, name, title } = template;
  return {
    key: uriTemplate,
    title: title ?? name,
    subtitle: uriTemplate,
    section: "Templates",
    icon: "copy",
    version: JSON.stringify(template),
    detail: () => {
      const ref = { type: "ref/resource", uri: uriTemplate } as const;
      const wanted = variablesOf(uriTemplate).map((variable) => ({
        name: variable,
        required: false,
        suggest: completing(app.connection, ref, variable, () => inputs.values),
      }));
      const { form, inputs } = uriForm(wanted, app, (values) => expandUriTemplate(uriTemplate, values));
      return el("article", { class: "sheet" }, ...headOf(template, uriTemplate), ...form);
    },
  };
}

function anyEntry(uri: string, app: App): Entry {
  return {
    key: ANY,
    title: "By its URI",
    subtitle: "listed or not",
    section: "Templates",
    icon: "search",
    version: uri,
    detail: () => {
      const wanted: Wanted = {
        name: "uri",
        title: "URI",
        required: true,
        suggest: () => Promise.resolve([]),
      };
      const { form } = uriForm([wanted], app, (values) => values["uri"] ?? "", { uri });
      return el(
        "article",
        { class: "sheet" },
        el("header", { class: "sheet-head" }, el("h2", {}, "Read by its URI")),
        ...form,
      );
    },
  };
}

/** Inputs that make a URI, and the resource with it. */
function uriForm(
  wanted: readonly Wanted[],
  app: App,
  uriOf: (values: Readonly<Record<string, string>>) => string,
  given: Readonly<Record<string, string>> = {},
): { readonly form: readonly HTMLElement[]; readonly inputs: NamedInputs } {
  const reader = new ResourceReader(app);
  const preview = el("code", { class: "breakable uri-preview" });
  const show = (): void => void (preview.textContent = uriOf(inputs.values));
  const inputs = new NamedInputs(wanted, show, given);
  show();
  const read = el("button", { type: "submit", class: "primary" }, icon("resources"), "Read");
  const form = el(
    "form",
    { class: "card", novalidate: true },
    inputs.element,
    el("div", { class: "actions" }, read, preview),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (inputs.check()) void reader.open(uriOf(inputs.values));
  });
  if (given["uri"]) void reader.open(given["uri"]);
  return { form: [form, reader.element], inputs };
}

function headOf(about: Resource | ResourceTemplate, uri: string): readonly HTMLElement[] {
  const { name, title, description, mimeType } = about;
  const size = "size" in about ? about.size : undefined;
  const chips = [mimeType, size === undefined ? undefined : bytesOf(size)].filter(
    (word) => word !== undefined,
  );
  const head = el(
    "header",
    { class: "sheet-head" },
    el("h2", {}, title ?? name),
    el("code", { class: "breakable" }, uri),
    el("span", { class: "chips" }, ...chips.map((word) => chip(word))),
  );
  return description === undefined ? [head] : [head, el("p", { class: "lead" }, description)];
}
