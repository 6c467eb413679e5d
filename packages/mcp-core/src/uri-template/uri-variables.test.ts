import { describe, expectTypeOf, test } from "vitest";
import { expandUriTemplate } from "./uri-template.js";
import type { UriVariables } from "./uri-variables.js";

describe("the variables of a template's text", () => {
  test("texts, lists and what is optional", () => {
    expectTypeOf<UriVariables<"note://{id}{?q,lang*}">>().toEqualTypeOf<{
      id: string;
      q?: string;
      lang?: string[];
    }>();
  });

  test("every operator and modifier", () => {
    expectTypeOf<UriVariables<"{a}{+b:3}{#c*}{.d}{/e*,f:20}">>().toEqualTypeOf<{
      a: string;
      b: string;
      c: string[];
      d: string;
      e: string[];
      f: string;
    }>();
    expectTypeOf<UriVariables<"{;a}{?b:3,c*}{&d}">>().toEqualTypeOf<{
      a?: string;
      b?: string;
      c?: string[];
      d?: string;
    }>();
  });

  test("none", () => {
    expectTypeOf(expandUriTemplate<"note://all">).toBeCallableWith("note://all", {});
  });

  test("as many as a template may have", () => {
    type Eight<P extends string> =
      `{${P}0,${P}1}{${P}2,${P}3}{${P}4,${P}5}{${P}6,${P}7}{${P}8,${P}9}{${P}a,${P}b}{${P}c,${P}d}{${P}e,${P}f}`;
    type Variables = UriVariables<`${Eight<"a">}/${Eight<"b">}/${Eight<"c">}/${Eight<"d">}`>;
    expectTypeOf<Variables["a0"]>().toEqualTypeOf<string>();
    expectTypeOf<Variables["df"]>().toEqualTypeOf<string>();
  });

  test("a text that is not known", () => {
    expectTypeOf<UriVariables<string>>().toEqualTypeOf<Record<string, string | string[] | undefined>>();
  });
});
