import { decodeBase64 } from "../protocol/base64.js";
import type { BlobResourceContents } from "../protocol/types.js";

/**
 * The bytes of a resource's blob.
 * @throws DOMException when the server sent no base64
 */
export function blobBytes({ blob }: Pick<BlobResourceContents, "blob">): Uint8Array<ArrayBuffer> {
  return decodeBase64(blob);
}
