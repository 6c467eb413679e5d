/** What an element may contain. Strings become text, whatever is in them. */
export type Child = Node | string | number | false | undefined;

/** `true` is an attribute without a value; what is `false` or `undefined` is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Makes an element. What comes from a server gets in as text or as the value of an attribute, never as markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  return fill(element, ...children);
}

/** Puts these in the place of all that was in an element. */
export function fill<E extends Element>(element: E, ...children: readonly Child[]): E {
  element.replaceChildren(...children.flatMap((child) => nodesOf(child)));
  return element;
}

function nodesOf(child: Child): (Node | string)[] {
  if (child === undefined || child === false) return [];
  return [typeof child === "number" ? String(child) : child];
}

export function button(
  attributes: Attributes,
  onClick: () => void,
  ...children: readonly Child[]
): HTMLButtonElement {
  const made = el("button", { type: "button", ...attributes }, ...children);
  made.addEventListener("click", onClick);
  return made;
}

/** The element of the page with this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element #${id}`);
  return found;
}

let lastId = 0;

/** An id that no other element has. */
export function uniqueId(prefix: string): string {
  return `${prefix}-${String(++lastId)}`;
}
