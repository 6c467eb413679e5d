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

  readonly elicit = ({ message }: ElicitFormParams): ElicitResult => {
    this.asked.push(message);
    return { action: this.#choice };
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
