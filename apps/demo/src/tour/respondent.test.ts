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

  it("leaves a form as it is", () => {
    const respondent = new Respondent();
    const properties = { format: { type: "string", default: "markdown" }, name: { type: "string" } } as const;
    const question = { message: "How?", requestedSchema: { type: "object", properties } } as const;
    respondent.chooses("decline");
    expect(respondent.elicit(question)).toEqual({ action: "decline" });
    respondent.chooses("accept");
    expect(respondent.elicit(question)).toEqual({ action: "accept", content: { format: "markdown" } });
  });

  it("takes the first sentence of the last line for a summary", () => {
    const { content } = new Respondent().sample({
      messages: [{ role: "user", content: { type: "text", text: "Locks\n\n29 of them. All in a row." } }],
      maxTokens: 10,
    });
    expect(content).toEqual({ type: "text", text: "29 of them." });
  });
});
