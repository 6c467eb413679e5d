import { encodeBase64Url } from "../../protocol/base64.js";

/** 18 bytes, 144 bits: nobody finds one by trying. */
const ID_BYTES = 18;

/** Characters before those, which name the channel: there are 64 * 64 of them. */
const CHANNEL_LENGTH = 2;

/** What we make ids of: nothing else is looked up. */
const TASK_ID = /^[\w-]{26}$/;

export function isTaskId(text: string): boolean {
  return TASK_ID.test(text);
}

/**
 * The id says on which channel its changes are announced: that of whoever is told of them outside of requests, if
 * anybody is, else any.
 */
export function newTaskId(recipient: string | undefined): string {
  const channel = recipient === undefined ? encodeBase64Url(randomBytes(2)) : channelNameOf(recipient);
  return channel.slice(0, CHANNEL_LENGTH) + encodeBase64Url(randomBytes(ID_BYTES));
}

/** Where it is announced what becomes of a task. */
export function channelOfTask(taskId: string): string {
  return `tasks/${taskId.slice(0, CHANNEL_LENGTH)}`;
}

/** Where it is announced what becomes of the tasks of which this recipient is told. */
export function channelOfRecipient(recipient: string): string {
  return `tasks/${channelNameOf(recipient)}`;
}

/** 12 bits of a hash (FNV-1a): it need not be more than even, as it says next to nothing of what it was made of. */
function channelNameOf(recipient: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < recipient.length; at += 1)
    hash = Math.imul(hash ^ recipient.charCodeAt(at), 0x01000193);
  const folded = hash ^ (hash >>> 16);
  return encodeBase64Url(new Uint8Array([folded >>> 8, folded])).slice(0, CHANNEL_LENGTH);
}

function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(count));
}
