/**
 * Thrown by `ctx.elicit` and the like when a handler has to wait for an answer that comes with another
 * request: the handler will run again then. Let it pass; `finally` blocks run. A handler that catches it
 * and goes on is not listened to.
 */
export class Suspended extends Error {
  override readonly name = "Suspended";
  constructor() {
    super("This run ends here, and begins anew with the client's answers");
  }
}
