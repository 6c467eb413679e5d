/** A media type, or a range of them, with its parameters; names in lower case (RFC 9110, section 8.3.1). */
interface MediaType {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const ALWAYS_UTF8: ReadonlySet<string> = new Set(["utf-8", "utf8"]);

/** What nearly every client sends as Accept, so that it need not be parsed. */
const USUAL: ReadonlyMap<string, readonly string[]> = new Map(
  ["application/json, text/event-stream", "text/event-stream, application/json"].map((usual) => [
    usual,
    usual.split(", "),
  ]),
);

/**
 * Whether a Content-Type says that the content is of this type.
 * @param header `null`, where there is none, is no type
 * @param type in lower case, as in `application/json`; another charset than UTF-8 makes it another type
 */
export function isMediaType(header: string | null, type: string): boolean {
  if (header === null) return false;
  if (header === type) return true;
  if (!header.trimStart().toLowerCase().startsWith(type)) return false;
  const parsed = parseMediaType(header);
  return parsed?.type === type && isUtf8(parsed);
}

/**
 * Whether an Accept takes content of this type: the range that fits it best decides, and has to have a weight
 * above 0 (RFC 9110, section 12.5.1).
 * @param header `null`, where there is none, takes everything
 * @param type in lower case, as in `text/event-stream`
 */
export function accepts(header: string | null, type: string): boolean {
  if (header === null || header === "*/*") return true;
  const usual = USUAL.get(header);
  if (usual !== undefined) return usual.includes(type);
  if (header.trim() === "") return true;
  const ranges = splitOutsideQuotes(header, ",").flatMap((text) => parseMediaType(text) ?? []);
  const ofType = `${type.slice(0, type.indexOf("/"))}/*`;
  for (const name of [type, ofType, "*/*"]) {
    const fitting = ranges.filter((range) => range.type === name && fitsPlain(range));
    if (fitting.length > 0) return fitting.some(hasWeight);
  }
  return false;
}

/** `undefined` for what is no media type. */
function parseMediaType(text: string): MediaType | undefined {
  const [name = "", ...rest] = splitOutsideQuotes(text, ";");
  const type = name.trim().toLowerCase();
  if (!/^[^\s/,;"]+\/[^\s/,;"]+$/.test(type)) return undefined;
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const equals = parameter.indexOf("=");
    if (equals === -1) continue;
    const key = parameter.slice(0, equals).trim().toLowerCase();
    if (!parameters.has(key)) parameters.set(key, unquoted(parameter.slice(equals + 1).trim()));
  }
  return { type, parameters };
}

function isUtf8({ parameters }: MediaType): boolean {
  const charset = parameters.get("charset");
  return charset === undefined || ALWAYS_UTF8.has(charset.toLowerCase());
}

/** What is sent here has no parameters, so a range that asks for some does not fit it. */
function fitsPlain(range: MediaType): boolean {
  for (const name of range.parameters.keys()) {
    if (name === "q") break;
    if (name !== "charset") return false;
  }
  return isUtf8(range);
}

function hasWeight({ parameters }: MediaType): boolean {
  const weight = parameters.get("q");
  return weight === undefined || !/^0(?:\.0*)?$/.test(weight);
}

function splitOutsideQuotes(text: string, separator: "," | ";"): string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (quoted && character === "\\") index++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === separator) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1).replace(/\\(.)/g, "$1")
    : value;
}
