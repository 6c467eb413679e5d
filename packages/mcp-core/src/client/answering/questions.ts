import { MethodNotFoundError } from "../../jsonrpc/errors.js";
import { shortened } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Revision } from "../../protocol/revisions.js";
import { readElicitation } from "./elicitation.js";
import type { Answering, Reader, Ready } from "./reader.js";
import { readRootsQuestion } from "./roots.js";
import { readSampling } from "./sampling.js";

const READERS: ReadonlyMap<string, Reader> = new Map([
  ["elicitation/create", readElicitation],
  ["sampling/createMessage", readSampling],
  ["roots/list", readRootsQuestion],
]);

/**
 * Reads any question of a server's.
 * @throws ProtocolError: what the server is told where it asks by a request
 */
export function readQuestion(
  method: string,
  params: JsonObject | undefined,
  us: Answering,
  revision: Revision,
): Ready {
  const ready = READERS.get(method)?.(params ?? {}, us, revision);
  if (ready !== undefined) return ready;
  const known = READERS.has(method) ? ": this client did not declare that it answers this" : "";
  throw new MethodNotFoundError(`Method not found: ${shortened(method)}${known}`);
}
