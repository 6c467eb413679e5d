import { button, el } from "../page/dom.js";

/** A button that ends a dialog with an answer, if it has one. */
export interface DialogAction<T> {
  readonly title: string;
  readonly look: "primary" | "plain" | "ghost" | "danger";
  /** `undefined`: not yet, something is to be put right first. */
  readonly answer: () => T | undefined;
}

export interface DialogOptions<T> {
  /** Who asks. */
  readonly from: string;
  readonly title: string;
  readonly body: readonly Node[];
  /** The first one is what Enter does. */
  readonly actions: readonly DialogAction<T>[];
  /** What it means to leave without an answer. */
  readonly left: T;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

let last: Promise<unknown> = Promise.resolve();

/** Asks, one question after the other. */
export function ask<T>(options: DialogOptions<T>): Promise<T> {
  const asked = last.then(() => (options.signal.aborted ? options.left : open(options)));
  last = asked.catch(() => undefined);
  return asked;
}

function open<T>({ from, title, body, actions, left, signal }: DialogOptions<T>): Promise<T> {
  const { promise, resolve } = settling<T>();
  const [first] = actions;
  const buttons = actions.map((action, index) => {
    const { title: words, look } = action;
    if (index === 0) return el("button", { type: "submit", class: look }, words);
    return button({ class: look }, () => settle(action), words);
  });
  const form = el(
    "form",
    { method: "dialog", novalidate: true },
    el(
      "header",
      { class: "dialog-head" },
      el("p", { class: "label" }, from),
      el("h2", { id: "dialog-title" }, title),
    ),
    el("div", { class: "dialog-body" }, ...body),
    el("footer", { class: "dialog-actions" }, ...buttons),
  );
  const dialog = el("dialog", { "aria-labelledby": "dialog-title" }, form);
  const settle = (action: DialogAction<T> | undefined): void => {
    const answer = action?.answer();
    if (answer !== undefined) resolve(answer);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    settle(first);
  });
  const leave = (): void => resolve(left);
  dialog.addEventListener("cancel", leave);
  signal.addEventListener("abort", leave);
  document.body.append(dialog);
  dialog.showModal();
  return promise.finally(() => {
    signal.removeEventListener("abort", leave);
    dialog.close();
    dialog.remove();
  });
}

function settling<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
