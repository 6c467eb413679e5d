import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expand, type Environment } from "./expand.js";

const within = (text: string, env: Environment = {}): string => {
  const { text: expanded, problems } = expand(text, () => env);
  expect(problems).toEqual([]);
  return expanded;
};

const problemsOf = (text: string, env: Environment = {}): readonly string[] =>
  expand(text, () => env).problems;

const name = fc.stringMatching(/^[A-Za-z_]\w{0,8}$/);
const anything = fc.string({ unit: "binary", maxLength: 20 });
const literal = anything.filter((text) => !text.includes("$"));

describe("expanding variables", () => {
  it("puts values between what is around them, whatever is in them", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ before: literal, name, value: anything })), literal, (parts, end) => {
        const env = Object.fromEntries(parts.map(({ name, value }) => [name, value]));
        const text = parts.map(({ before, name }) => `${before}\${${name}}`).join("") + end;
        expect(within(text, env)).toBe(
          parts.map(({ before, name }) => before + (env[name] ?? "")).join("") + end,
        );
      }),
    );
  });

  it("leaves text without ${ as it is", () => {
    fc.assert(
      fc.property(
        anything.filter((text) => !text.includes("${")),
        (text) => {
          expect(within(text)).toBe(text);
        },
      ),
    );
  });

  it("takes the default exactly where the variable is not set, or empty", () => {
    const fallback = anything.filter((text) => !text.includes("}") && !text.includes("${"));
    fc.assert(
      fc.property(name, fc.option(anything, { nil: undefined }), fallback, (variable, value, otherwise) => {
        const env = Object.fromEntries([[variable, value]]);
        expect(within(`\${${variable}:-${otherwise}}`, env)).toBe(
          value === undefined || value === "" ? otherwise : value,
        );
      }),
    );
  });

  it("says a problem, and never throws or expands twice, for any text", () => {
    const piece = fc.oneof(fc.constantFrom("${", "}", "A", ":-", "$", "{"), anything);
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");
        const { text: expanded, problems } = expand(text, () => ({ A: "${A}" }));
        if (!text.includes("${")) expect([expanded, problems]).toEqual([text, []]);
      }),
    );
  });

  it("does not look again at what it has put in", () => {
    expect(within("${A}", { A: "${B}", B: "wrong" })).toBe("${B}");
    expect(within("$${A}{B}", { A: "", B: "wrong" })).toBe("${B}");
  });

  it("takes an empty variable for one that is set, without a default", () => {
    expect(within("[${A}]", { A: "" })).toBe("[]");
  });

  it("takes what VS Code and Cursor write, and names of Windows", () => {
    expect(within("${env:A}/${ProgramFiles(x86)}", { A: "a", "ProgramFiles(x86)": "b" })).toBe("a/b");
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "does not take %s for set",
    (variable) => {
      expect(problemsOf(`\${${variable}}`)).toEqual([expect.stringContaining(` ${variable},`)]);
      expect(within(`\${${variable}:-default}`)).toBe("default");
    },
  );

  it.each([
    [
      "${TOKEN}",
      "needs the environment variable TOKEN, which is not set; ${TOKEN:-default} would have a default",
    ],
    ["${input:key}", "has a ${…} that names no variable; what is read is ${NAME} and ${NAME:-default}"],
    ["${}", "has a ${…} that names no variable; what is read is ${NAME} and ${NAME:-default}"],
    ["a ${TOKEN", "has a ${ without its }"],
    ["${A:-${B}}", "has a variable in the default of A; a default is taken as it is"],
  ])("says what is wrong with %s", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it("says everything that is wrong with a text", () => {
    expect(problemsOf("${A} ${B:-b} ${C}")).toHaveLength(2);
  });

  it("reads no environment where there is no variable", () => {
    const expanded = expand("plain", () => {
      throw new Error("asked for");
    });
    expect(expanded).toEqual({ text: "plain", problems: [] });
  });
});
