import type { Era } from "@towpath/mcp-core";
import type { App } from "../app.js";
import type { ConnectionState } from "../connection/connection.js";
import type { Endpoints } from "../connection/endpoints.js";
import { TRANSPORTS, type TransportKind } from "../connection/transports.js";
import { button, el, fill } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { errorCard } from "../page/parts.js";

const ERAS: readonly { readonly id: Era | "automatic"; readonly title: string; readonly about: string }[] = [
  { id: "automatic", title: "Automatic", about: "whichever the server speaks" },
  { id: "handshake", title: "Handshake", about: "up to 2025-11-25" },
  { id: "stateless", title: "Stateless", about: "from 2026-07-28 on" },
];

/** Chooses how to speak to the server, and does. */
export function connectCard({ connection }: Pick<App, "connection">, endpoints: Endpoints): HTMLElement {
  const served = TRANSPORTS.filter(({ id }) => endpoints.has(id));
  let transport: TransportKind | undefined =
    served.find(({ id }) => id === localStorage.getItem("transport")) ?? served[0];
  let era = ERAS.find(({ id }) => id === localStorage.getItem("era"))?.id ?? "automatic";
  const address = el("code", { class: "breakable" });
  const eras = el("div", {});
  const show = (): void => {
    address.textContent = (transport && endpoints.get(transport.id)?.href) ?? "";
    if (transport?.stateless === false && era === "stateless") era = "automatic";
    fill(
      eras,
      options(
        "Era",
        ERAS.map((one) =>
          one.id === "stateless" && transport?.stateless === false
            ? { ...one, about: "too new for this transport", disabled: true }
            : { ...one, disabled: false },
        ),
        era,
        (id) => {
          era = ERAS.find((one) => one.id === id)?.id ?? "automatic";
          localStorage.setItem("era", era);
        },
      ),
    );
  };
  const kinds = options(
    "Transport",
    TRANSPORTS.map((kind) =>
      endpoints.has(kind.id)
        ? { ...kind, disabled: false }
        : { ...kind, about: "not served here", disabled: true },
    ),
    transport?.id,
    (id) => {
      transport = served.find((kind) => kind.id === id);
      localStorage.setItem("transport", id);
      show();
    },
  );
  const state = el("div", { class: "connect-state" });
  const connect = el("button", { type: "submit", class: "primary large" });
  const form = el(
    "form",
    { class: "card connect" },
    kinds,
    eras,
    el("div", { class: "actions" }, connect, address),
    state,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const url = transport && endpoints.get(transport.id);
    if (transport === undefined || url === undefined) return;
    void connection.connect({ transport, url, era });
  });
  show();
  connection.state.watch((current) => {
    const isBusy = current.kind === "connecting";
    connect.disabled = isBusy || served.length === 0;
    fill(
      connect,
      isBusy ? el("span", { class: "spinner" }) : icon("plug"),
      isBusy ? "Connecting" : "Connect",
    );
    fill(state, ...trouble(current, () => form.requestSubmit()));
  });
  return form;
}

function trouble(state: ConnectionState, retry: () => void): readonly Node[] {
  if (state.kind !== "failed") return [];
  return [errorCard(state.error, button({ class: "small" }, retry, icon("reload"), "Try again"))];
}

interface CardOption {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly disabled: boolean;
}

/** One of a few, each with what it is. */
function options(
  label: string,
  given: readonly CardOption[],
  chosen: string | undefined,
  onChoose: (id: string) => void,
): HTMLElement {
  const group = el(
    "fieldset",
    { class: label === "Transport" ? "options wide" : "options", "data-size": given.length },
    el("legend", { class: "label" }, label),
  );
  const name = label.toLowerCase();
  for (const { id, title, about, disabled } of given) {
    const radio = el("input", { type: "radio", name, value: id, checked: id === chosen, disabled });
    radio.addEventListener("change", () => onChoose(id));
    group.append(
      el(
        "label",
        { class: "option" },
        radio,
        el("span", { class: "option-title" }, title),
        el("span", { class: "option-about" }, about),
      ),
    );
  }
  return group;
}
