import { errorReply, isObject, RequestLostError, type RequestId } from "@towpath/mcp-core/transport";

/** Where a stream comes from: what others have to know to end it, should its node not do so. */
export interface StreamOrigin {
  readonly node: string;
  /** What it answers. */
  readonly requests: readonly RequestId[];
  /** Whether they came as a batch, which only revision 2025-03-26 has. */
  readonly batch: boolean;
}

/** Characters that a log can be about. */
const MAX_LENGTH = 65_536;

const LOST = new RequestLostError().toJSON();

/** Ids that there is no room for are left out: they cannot be answered, and the stream just ends. */
export function aboutOf(origin: StreamOrigin): string {
  const about = JSON.stringify(origin);
  if (about.length <= MAX_LENGTH) return about;
  const bare = { ...origin, requests: [] };
  let room = MAX_LENGTH - JSON.stringify(bare).length;
  const requests = origin.requests.filter((id) => {
    const length = JSON.stringify(id).length + 1; // with its comma
    if (length > room) return false;
    room -= length;
    return true;
  });
  return JSON.stringify({ ...bare, requests });
}

/** What {@link aboutOf} wrote. */
export function originIn(about: string | undefined): StreamOrigin | undefined {
  const origin: unknown = about === undefined ? undefined : JSON.parse(about);
  // Only nodes of this server write it.
  return isObject(origin) ? (origin as unknown as StreamOrigin) : undefined;
}

/** What is answered in place of the node that is gone; nothing where it is not known what was asked. */
export function lostAnswer({ requests, batch }: StreamOrigin): string | undefined {
  const errors = requests.map((id) => errorReply(id, LOST).json);
  return batch && errors.length > 0 ? `[${errors.join(",")}]` : errors[0];
}
