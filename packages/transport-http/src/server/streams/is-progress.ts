/** @param json a message of this server's */
export function isProgress(json: string): boolean {
  // Written by this server, or it would not be sent.
  const { method } = JSON.parse(json) as { readonly method?: string };
  return method === "notifications/progress";
}
