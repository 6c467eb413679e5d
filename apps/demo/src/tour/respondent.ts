import type {
  CreateMessageParams,
  CreateMessageResult,
  ElicitFormParams,
  ElicitResult,
} from "@towpath/mcp-core";

/** Who answers when a server asks the tour's client: a user who was told what to choose, and a model of few words. */
export class Respondent {
  /** What the user was asked, the oldest question first. */
  readonly asked: string[] = [];
  #choice: ElicitResult["action"] = "cancel";

  /** What the user chooses from now on. */
  chooses(action: ElicitResult["action"]): void {
    this.#choice = action;
  }

  /** Leaves each field of a form as it is. */
  readonly elicit = ({ message, requestedSchema }: ElicitFormParams): ElicitResult => {
    this.asked.push(message);
    const content = this.#choice === "accept" ? defaultsIn(requestedSchema) : {};
    return { action: this.#choice, ...(Object.keys(content).length > 0 && { content }) };
  };

  /** Takes the first sentence of the last line for a summary. */
  readonly sample = ({ messages }: CreateMessageParams): CreateMessageResult => {
    const content = [messages.at(-1)?.content ?? []].flat();
    const text = content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
    const [sentence = ""] = text.split("\n").at(-1)?.split(".") ?? [];
    return {
      role: "assistant",
      model: "few-words",
      content: { type: "text", text: `${sentence}.` },
      stopReason: "endTurn",
    };
  };
}

function defaultsIn({
  properties,
}: ElicitFormParams["requestedSchema"]): NonNullable<ElicitResult["content"]> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  );
}
