import { describe, expect, it } from "vitest";
import { parseUriTemplate, type UriMatch } from "./uri-template.js";

/** Numbers from a seed (mulberry32), so that a failure can be had again. */
function numbers(seed: number) {
  let state = seed;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  const pick = <T>(items: readonly [T, ...T[]]): T => items[below(items.length)] ?? items[0];
  return { below, pick };
}

type Random = ReturnType<typeof numbers>;

const CHARACTERS: [string, ...string[]] = Array.from(
  "aZ09-._~ :/?#[]@!$&'()*+,;=%\"<>\\^`{|}\n\0é€漢😀\u200d\u0301",
) as [string, ...string[]];

const text = ({ below, pick }: Random, min: number): string =>
  Array.from({ length: min + below(6) }, () => pick(CHARACTERS)).join("");

/** Reserved expansion passes on what is encoded already, and it comes back decoded. */
const withoutOctets = (value: string): string => value.replace(/%+(?=[\da-f]{2})/gi, "");

const list = (random: Random, min: number, minEach: number): string[] =>
  Array.from({ length: min + random.below(4) }, () => text(random, minEach));

interface Piece {
  text: string;
  values: UriMatch;
}

/** An expression, and values it can carry without a loss. */
const EXPRESSIONS: [Kind, ...Kind[]] = [
  (name, random) => ({ text: `{${name}}`, values: { [name]: text(random, 1) } }),
  (name, random) => ({ text: `{${name}*}`, values: { [name]: list(random, 0, 1) } }),
  (name, random) => ({
    text: `{${name}a,${name}b,${name}c*}`,
    values: {
      [`${name}a`]: text(random, 1),
      [`${name}b`]: text(random, 1),
      [`${name}c`]: list(random, 0, 0),
    },
  }),
  (name, random) => ({ text: `{/${name}}`, values: { [name]: text(random, 1) } }),
  (name, random) => ({ text: `{/${name}*}`, values: { [name]: list(random, 0, 0) } }),
  (name, random) => ({
    text: `{/${name}a,${name}b*}`,
    values: { [`${name}a`]: text(random, 1), [`${name}b`]: list(random, 0, 0) },
  }),
  (name, random) => ({ text: `{.${name}}`, values: { [name]: text(random, 1) } }),
  ...([";", "?", "&"] as const).map((operator): Kind => (name, random) => ({
    text: `{${operator}${name}a,${name}b*,${name}c}`,
    values: {
      ...(random.below(2) === 0 ? {} : { [`${name}a`]: text(random, 0) }),
      ...(random.below(2) === 0 ? {} : { [`${name}b`]: list(random, 1, 0) }),
      [`${name}c`]: text(random, 0),
    },
  })),
];

type Kind = (name: string, random: Random) => Piece;

/** Expressions with text between them that no value holds as it is. */
function delimited(random: Random): Piece {
  const count = 1 + random.below(5);
  const pieces = Array.from({ length: count }, (_, i) => random.pick(EXPRESSIONS)(`v${i}`, random));
  const between = [":", "!x!", "$é", "@%2F", "(1)"] as const;
  const texts = pieces.map((piece) => piece.text + random.pick(between));
  return {
    text: `note://${texts.join("")}`,
    values: Object.assign({}, ...pieces.map(({ values }) => values)) as UriMatch,
  };
}

/** Expressions of any kind, side by side or with any text between them. */
function crowded(random: Random): Piece {
  const count = 1 + random.below(5);
  const pieces = Array.from({ length: count }, (_, i): Piece => {
    const name = `v${i}`;
    const operator = random.pick(["", "+", "#", ".", "/", ";", "?", "&"]);
    const form = random.pick(["", "*", ":2"]);
    const write = (value: string): string => (/[+#]/.test(operator) ? withoutOctets(value) : value);
    const values = { [name]: form === "*" ? list(random, 0, 1).map(write) : write(text(random, 1)) };
    return { text: `{${operator}${name}${form}}`, values };
  });
  const between = ["", "", "/", "-", ".", "a", "é", "?", "&v0=", "=", "%41"] as const;
  return {
    text: pieces.map((piece) => random.pick(between) + piece.text).join(""),
    values: Object.assign({}, ...pieces.map(({ values }) => values)) as UriMatch,
  };
}

describe("a URI that was expanded from random values", () => {
  it("gives the same values back, if the template keeps them apart", () => {
    for (let seed = 0; seed < 3_000; seed += 1) {
      const { text: template, values } = delimited(numbers(seed));
      const parsed = parseUriTemplate(template);
      const uri = parsed.expand(values);
      expect(parsed.match(uri), `seed ${seed}: ${template} ${uri}`).toEqual(values);
    }
  });

  it("gives a reserved value back between such text, unless it holds encoded octets", () => {
    for (let seed = 0; seed < 1_000; seed += 1) {
      const random = numbers(seed);
      const values = { a: text(random, 1), path: withoutOctets(text(random, 1)), b: text(random, 1) };
      const parsed = parseUriTemplate("{a}:{+path}:{b}");
      expect(parsed.match(parsed.expand(values)), `seed ${seed}`).toEqual(values);
    }
  });

  it("always matches, and expands to the same URI if none of its values is reserved", () => {
    for (let seed = 0; seed < 5_000; seed += 1) {
      const { text: template, values } = crowded(numbers(seed));
      const parsed = parseUriTemplate(template);
      const uri = parsed.expand(values);
      const found = parsed.match(uri);
      expect(found, `seed ${seed}: ${template} ${uri}`).toBeDefined();
      if (!/\{[+#]/.test(template)) {
        expect(parsed.expand(found ?? {}).toUpperCase(), `seed ${seed}: ${template}`).toBe(uri.toUpperCase());
      }
    }
  });
});

describe("a URI that nobody expanded", () => {
  it("is read or refused, whatever it holds, and what was read expands to a URI that is read alike", () => {
    for (let seed = 0; seed < 3_000; seed += 1) {
      const random = numbers(seed);
      const parsed = parseUriTemplate(crowded(random).text);
      const characters = [...CHARACTERS, "%C3%A9", "%2f", "%ff", "?v0=", "&v1=", ";v2", "v0", "/"] as const;
      const uri = Array.from({ length: random.below(12) }, () => random.pick(characters as never)).join("");
      const found = parsed.match(uri);
      if (found === undefined || /\{[+#]/.test(parsed.template)) continue;
      expect(parsed.match(parsed.expand(found)), `seed ${seed}: ${parsed.template} ${uri}`).toBeDefined();
    }
  });
});
