import type { ContentBlock, ResourceContents, ResourceLink } from "@towpath/mcp-core";
import { button, el } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { chip } from "../page/parts.js";
import { bytesOf } from "../page/words.js";
import { dataUrl, sizeOf } from "./data-url.js";

/** Opens a resource that something links to. */
export type OpenResource = (uri: string) => void;

/** Shows content that a server sent: as text, but for pictures and sounds. */
export function contentView(blocks: readonly ContentBlock[], open: OpenResource): HTMLElement {
  return el("div", { class: "content" }, ...blocks.map((block) => blockView(block, open)));
}

function blockView(block: ContentBlock, open: OpenResource): HTMLElement {
  switch (block.type) {
    case "text":
      return el("pre", { class: "text" }, block.text);
    case "image":
    case "audio":
      return mediaView(block.type, block.mimeType, block.data);
    case "resource_link":
      return linkView(block, open);
    case "resource":
      return contentsView(block.resource);
    default:
      return unknownView(block);
  }
}

/** A later revision may have kinds of content that this page does not know. */
function unknownView(block: unknown): HTMLElement {
  return el("pre", { class: "text" }, JSON.stringify(block, null, 2));
}

function mediaView(kind: "image" | "audio", mimeType: string, base64: string): HTMLElement {
  const url = dataUrl(kind, mimeType, base64);
  const about = `${mimeType}, ${bytesOf(sizeOf(base64))}`;
  if (url === undefined) return el("p", { class: "muted" }, `Not shown: ${about}`);
  const media =
    kind === "image"
      ? el("img", { src: url, alt: `Picture from the server, ${about}` })
      : el("audio", { src: url, controls: true, "aria-label": `Sound from the server, ${about}` });
  return el("figure", {}, media, el("figcaption", {}, about));
}

function linkView(
  { uri, name, title, description, mimeType, size }: ResourceLink,
  open: OpenResource,
): HTMLElement {
  return el(
    "div",
    { class: "link-card" },
    icon("resources"),
    el(
      "div",
      { class: "grow" },
      el("strong", {}, title ?? name),
      el("code", { class: "breakable" }, uri),
      description !== undefined && el("p", { class: "muted" }, description),
      mimeType !== undefined && chip(mimeType),
      size !== undefined && chip(bytesOf(size)),
    ),
    button({ class: "small" }, () => open(uri), "Read"),
  );
}

/** A resource: its text, its picture or sound, or what is known of its bytes. */
export function contentsView(contents: ResourceContents): HTMLElement {
  const { uri, mimeType = "" } = contents;
  const head = el(
    "div",
    { class: "contents-head" },
    icon("resources"),
    el("code", { class: "breakable" }, uri),
    mimeType !== "" && chip(mimeType),
  );
  return el("div", { class: "contents" }, head, bodyOf(contents, mimeType));
}

function bodyOf(contents: ResourceContents, mimeType: string): HTMLElement {
  if ("text" in contents) return el("pre", { class: "text" }, contents.text);
  const kind = mimeType.startsWith("audio/") ? "audio" : "image";
  if (dataUrl(kind, mimeType, contents.blob) !== undefined) return mediaView(kind, mimeType, contents.blob);
  return el("p", { class: "muted" }, `${bytesOf(sizeOf(contents.blob))} that are not shown`);
}
