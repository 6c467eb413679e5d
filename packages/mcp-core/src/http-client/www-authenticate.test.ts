import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChallenges, type Challenge } from "./www-authenticate.js";

/** Without the missing prototype, which is of no interest here. */
const read = (header: string): unknown =>
  parseChallenges(header).map((challenge) => ({ ...challenge, params: { ...challenge.params } }));

const scheme = (name: string, params: Record<string, string> = {}): unknown => ({ scheme: name, params });

const TOKEN_CHARACTERS = Array.from("!#$%&'*+-.^_`|~0129azAZ");
const token = fc.string({ unit: fc.constantFrom(...TOKEN_CHARACTERS), minLength: 1, maxLength: 12 });
const params = fc.dictionary(
  token.map((name) => name.toLowerCase()),
  fc.string({ unit: fc.constantFrom(...TOKEN_CHARACTERS, '"', "\\", ",", "=", " ", "é") }),
  { maxKeys: 5, noNullPrototype: true },
);
const challenges = fc.array(fc.record({ scheme: token.map((name) => name.toLowerCase()), params }), {
  maxLength: 5,
});

const quoted = (value: string): string => `"${value.replace(/["\\]/g, "\\$&")}"`;

const written = ({ scheme: name, params: given }: Challenge): string => {
  const list = Object.entries(given).map(([key, value]) => `${key}=${quoted(value)}`);
  return `${name} ${list.join(", ")}`.trim();
};

describe("parseChallenges", () => {
  it("reads none without a header", () => {
    expect(parseChallenges(null)).toEqual([]);
    expect(parseChallenges("")).toEqual([]);
  });

  it("reads what MCP servers send", () => {
    const url = "https://mcp.example.com/.well-known/oauth-protected-resource";
    expect(
      read(`Bearer error="insufficient_scope", scope="files:read files:write", resource_metadata="${url}"`),
    ).toEqual([
      scheme("bearer", {
        error: "insufficient_scope",
        scope: "files:read files:write",
        resource_metadata: url,
      }),
    ]);
  });

  it("reads several challenges, with and without parameters", () => {
    expect(
      read('Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple", Negotiate'),
    ).toEqual([
      scheme("newauth", { realm: "apps", type: "1", title: 'Login to "apps"' }),
      scheme("basic", { realm: "simple" }),
      scheme("negotiate"),
    ]);
  });

  it("reads a token68 in place of parameters", () => {
    expect(read("Negotiate YIIB/+0=, NTLM TlRMTVNTUAAC==, Bearer realm=x")).toEqual([
      { scheme: "negotiate", token68: "YIIB/+0=", params: {} },
      { scheme: "ntlm", token68: "TlRMTVNTUAAC==", params: {} },
      scheme("bearer", { realm: "x" }),
    ]);
  });

  it("takes names in any case, and spaces and commas where they may be", () => {
    expect(read(',, BEARER  Realm = "x" ,,\tSCOPE="a"\t,')).toEqual([
      scheme("bearer", { realm: "x", scope: "a" }),
    ]);
  });

  it("takes the first of parameters that come twice", () => {
    expect(read("Bearer scope=a, scope=b")).toEqual([scheme("bearer", { scope: "a" })]);
  });

  it("takes parameters without commas between them", () => {
    expect(read('Bearer realm="x" scope="a"')).toEqual([scheme("bearer", { realm: "x", scope: "a" })]);
  });

  it("has parameters of any name, and none besides", () => {
    const [bearer] = parseChallenges("Bearer __proto__=x, constructor=y");
    expect(Object.entries(bearer?.params ?? {})).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(bearer?.params["toString"]).toBeUndefined();
  });

  it.each([
    ["a parameter without a challenge", 'realm="x", Basic', [scheme("basic")]],
    ["a parameter without a value", "Bearer realm=@, scope=a", [scheme("bearer", { scope: "a" })]],
    [
      "what is no token",
      'Bearer @@@ "a, b" @, scope=a, Basic',
      [scheme("bearer", { scope: "a" }), scheme("basic")],
    ],
    ["what is quoted without an end", 'Bearer scope=a, realm="x, Basic', [scheme("bearer", { scope: "a" })]],
    ["words after a value", "Bearer scope=a b c, Basic", [scheme("bearer", { scope: "a" }), scheme("basic")]],
  ])("skips %s", (_what, header, expected) => {
    expect(read(header)).toEqual(expected);
  });

  it("reads back any challenges that are written as RFC 9110 has them", () => {
    fc.assert(
      fc.property(challenges, (given) => {
        expect(read(given.map(written).join(", "))).toEqual(given);
      }),
    );
  });

  it("takes any text, and gives no more than is in it", () => {
    const pieces = fc.constantFrom("Bearer", " ", ",", "=", '"', "\\", "a", "/", "==", "\t", "é", "\u0000");
    fc.assert(
      fc.property(fc.string({ unit: fc.oneof(pieces, fc.string()), maxLength: 200 }), (header) => {
        for (const challenge of parseChallenges(header)) {
          expect(header.toLowerCase()).toContain(challenge.scheme);
        }
      }),
    );
  });

  it("gives at most 32 challenges of at most 64 parameters", () => {
    const many = Array.from({ length: 100 }, (_, index) => `p${String(index)}=1`).join(",");
    expect(Object.keys(parseChallenges(`Bearer ${many}`)[0]?.params ?? {})).toHaveLength(64);
    expect(parseChallenges("Basic,".repeat(100))).toHaveLength(32);
  });

  it.each(['"', '"\\', "a=", 'a="', "a ", ",", 'a="b', "=", "\t", 'x "'])(
    "is done with endless %j",
    (piece) => {
      expect(parseChallenges(`Bearer ${piece.repeat(1_000_000)}`).length).toBeLessThanOrEqual(32);
    },
  );
});
