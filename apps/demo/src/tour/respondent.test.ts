import { describe, expect, it } from "vitest";
import { Respondent } from "./respondent.js";

const form = { message: "Sure?", requestedSchema: { type: "object", properties: {} } } as const;

describe("who answers on the tour", () => {
  it("cancels what nobody said anything about, and then chooses as told", () => {
    const respondent = new Respondent();
    expect(respondent.elicit(form)).toEqual({ action: "cancel" });
    respondent.chooses("accept");
    expect(respondent.elicit(form)).toEqual({ action: "accept" });
    expect(respondent.asked).toEqual(["Sure?", "Sure?"]);
  });

  it("takes the first sentence of the last line for a summary", () => {
    const { content } = new Respondent().sample({
      messages: [{ role: "user", content: { type: "text", text: "Locks\n\n29 of them. All in a row." } }],
      maxTokens: 10,
    });
    expect(content).toEqual({ type: "text", text: "29 of them." });
  });
});
