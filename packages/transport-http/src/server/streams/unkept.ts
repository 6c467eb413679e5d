import { errorReply, InternalError, readableId } from "@towpath/mcp-core/transport";

const ERROR = new InternalError(
  "The response could not be kept until its client came back (see the option resumable)",
).toJSON();

/** In place of a response, or of a batch of them, that could not be kept: errors for the same requests. */
export function unkept(json: string): string | undefined {
  const response = JSON.parse(json) as unknown;
  if (!Array.isArray(response)) return errorFor(response);
  const errors = response.map(errorFor).filter((error) => error !== undefined);
  return errors.length === 0 ? undefined : `[${errors.join(",")}]`;
}

function errorFor(response: unknown): string | undefined {
  const id = readableId(response);
  return id === undefined ? undefined : errorReply(id, ERROR).json;
}
