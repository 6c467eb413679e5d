import { isObject } from "../schema/is-object.js";

/** Where the server is reached, by the ids of transports. */
export type Endpoints = ReadonlyMap<string, URL>;

/**
 * Asks the server of the page where it is reached, and over what.
 * @throws Error when it does not say
 */
export async function readEndpoints(): Promise<Endpoints> {
  const response = await fetch("playground.json");
  if (!response.ok)
    throw new Error(`The server does not say where it is reached: HTTP ${String(response.status)}`);
  const { endpoints }: { readonly endpoints?: unknown } = (await response.json()) as object; // the page's own server
  if (!isObject(endpoints)) throw new Error("The server does not say where it is reached");
  const paths = Object.entries(endpoints).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return new Map(paths.map(([id, path]) => [id, addressOf(id, path)]));
}

function addressOf(id: string, path: string): URL {
  // Seen from the page: both may be behind a prefix.
  const url = new URL(path.replace(/^\//, ""), document.baseURI);
  if (id === "websocket") url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}
