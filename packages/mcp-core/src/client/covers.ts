/** What is updated may be a part of what was asked for (2025-11-25, schema: `ResourceUpdatedNotificationParams`). */
export function covers(asked: string, uri: string): boolean {
  if (!uri.startsWith(asked)) return false;
  return uri.length === asked.length || asked.endsWith("/") || "/?#".includes(uri.charAt(asked.length));
}
