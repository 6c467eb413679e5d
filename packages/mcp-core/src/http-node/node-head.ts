import type { HttpHeaders } from "../http/call.js";

/**
 * Headers as node:http takes them soonest, names and values in turn: an object that is spread from others
 * costs it several times as much.
 * @param more values that stand in unless `headers` has them, too
 */
export function nodeHead(headers: HttpHeaders, more?: HttpHeaders): string[] {
  const head: string[] = [];
  for (const name in headers) push(head, name, headers[name]);
  for (const name in more) if (headers[name] === undefined) push(head, name, more[name]);
  return head;
}

function push(head: string[], name: string, value: string | undefined): void {
  if (value !== undefined) head.push(name, value);
}
