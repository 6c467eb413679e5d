import { EventParser } from "@towpath/mcp-core/http";
import type { JsonObject, RequestId } from "@towpath/mcp-core/transport";

/** Whatever a server sends. */
export interface AnyMessage {
  readonly id?: RequestId;
  readonly method?: string;
  readonly params?: JsonObject;
  readonly result?: JsonObject;
  readonly error?: JsonObject;
}

/** The messages of an event stream, each as soon as it is here. */
export async function* eventMessages(response: Response): AsyncGenerator<AnyMessage, undefined> {
  if (response.body === null) return;
  const received: AnyMessage[] = [];
  const parser = new EventParser(
    {
      event: ({ data }) => {
        // A server of ours sent it; an event without data only says where to resume.
        if (data !== "") received.push(JSON.parse(data) as AnyMessage);
      },
    },
    { maxEventLength: 1_000_000 },
  );
  const decoder = new TextDecoder();
  const body: AsyncIterable<Uint8Array> = response.body;
  for await (const bytes of body) {
    parser.push(decoder.decode(bytes, { stream: true }));
    yield* received.splice(0);
  }
}
