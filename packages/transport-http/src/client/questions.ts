import type { JsonRpcResponse, RequestId } from "@towpath/mcp-core/transport";

/** Questions that are kept in mind: more are not answered at once, either. */
const MAX_QUESTIONS = 1_024;

/** Questions of the server's that wait for their answers, and what each was asked on. */
export class Questions {
  readonly #askedOn = new Map<RequestId, object>();

  asked(id: RequestId, on: object): void {
    if (this.#askedOn.size < MAX_QUESTIONS) this.#askedOn.set(id, on);
  }

  answered(id: JsonRpcResponse["id"]): void {
    if (id !== undefined && id !== null) this.#askedOn.delete(id);
  }

  /** Those that were asked on something which is over, and are forgotten with it. */
  left(on: object): readonly RequestId[] {
    const ids = [...this.#askedOn].filter((entry) => entry[1] === on).map(([id]) => id);
    for (const id of ids) this.#askedOn.delete(id);
    return ids;
  }
}
