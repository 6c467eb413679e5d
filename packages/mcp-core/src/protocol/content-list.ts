import type { SamplingContent, SamplingMessage } from "./question-types.js";

/**
 * What a message to or of a model holds, as a list: a message with one block may have it by itself
 * (Sampling, Messages).
 */
export function contentList({ content }: Pick<SamplingMessage, "content">): readonly SamplingContent[] {
  return [content].flat();
}
