import {
  ProtocolError,
  type CreateMessageParams,
  type CreateMessageResult,
  type QuestionContext,
  type SamplingContent,
} from "@towpath/mcp-core";
import { dataUrl } from "../content/data-url.js";
import { el, uniqueId } from "../page/dom.js";
import { chip } from "../page/parts.js";
import { ask } from "./dialog.js";
import { nameOf } from "./elicitation.js";

/** The code of a refusal (Sampling, Error Handling). */
const REFUSED = -1;

/** Lets whoever looks at the page answer in the place of a model (Sampling). */
export async function sample(
  params: CreateMessageParams,
  { server, signal }: QuestionContext,
): Promise<CreateMessageResult> {
  const id = uniqueId("sampling");
  const text = el("textarea", { id, rows: 5, placeholder: "What a model would write" });
  const problem = el("p", { class: "field-problem", role: "alert" });
  const send = (): string | undefined => {
    if (text.value.trim() !== "") return text.value;
    problem.textContent = "Write something, or refuse";
    text.focus();
    return undefined;
  };
  const answer = await ask<string | null>({
    from: `${nameOf(server)} asks for a model`,
    title: "Be the model",
    body: [
      ...questionOf(params),
      el(
        "div",
        { class: "field" },
        el("div", { class: "field-head" }, el("label", { for: id }, "Your answer")),
        text,
        problem,
      ),
    ],
    actions: [
      { title: "Send", look: "primary", answer: send },
      { title: "Refuse", look: "plain", answer: () => null },
    ],
    left: null,
    signal,
  });
  if (answer === null) throw new ProtocolError(REFUSED, "The user refused to answer");
  return {
    role: "assistant",
    content: { type: "text", text: answer },
    model: "a person at the playground",
    stopReason: "endTurn",
  };
}

function questionOf({
  systemPrompt,
  messages,
  maxTokens,
  temperature,
  modelPreferences,
}: CreateMessageParams): readonly HTMLElement[] {
  const hints = (modelPreferences?.hints ?? []).flatMap(({ name }) =>
    name === undefined ? [] : [`like ${name}`],
  );
  const wishes = [
    `at most ${String(maxTokens)} tokens`,
    ...(temperature === undefined ? [] : [`temperature ${String(temperature)}`]),
    ...hints,
  ];
  return [
    el("div", { class: "chips" }, ...wishes.map((wish) => chip(wish))),
    ...(systemPrompt === undefined ? [] : [bubble("system", [el("pre", { class: "text" }, systemPrompt)])]),
    ...messages.map(({ role, content }) => bubble(role, [content].flat().map(contentOf))),
  ];
}

function bubble(role: string, content: readonly Node[]): HTMLElement {
  return el("div", { class: "bubble", "data-role": role }, el("span", { class: "label" }, role), ...content);
}

function contentOf(content: SamplingContent): HTMLElement {
  if (content.type === "text") return el("pre", { class: "text" }, content.text);
  const url = content.type === "image" ? dataUrl("image", content.mimeType, content.data) : undefined;
  if (url !== undefined) return el("img", { src: url, alt: "Picture from the server" });
  return el("pre", { class: "text" }, JSON.stringify(content, null, 2));
}
