/** What a server of somebody else's can do with the services it was given. */
export interface HostHandler {
  /** Whether a path, without its query, is one of theirs. */
  serves(path: string): boolean;
  /**
   * Takes no new work (503, and `ready` fails), and lets what is in flight finish for at most `timeoutMs`
   * (default 5,000 ms). Settles when nothing goes on any more.
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
}
