import { expect, it } from "vitest";
import { ForbiddenError, HttpStatusError, RedirectError, UnauthorizedError } from "./errors.js";
import { mayPass } from "./may-pass.js";

const url = new URL("http://mcp.test/mcp");

it.each<[boolean, Error]>([
  [true, new Error("ECONNREFUSED")],
  [true, new HttpStatusError({ url, status: 429 })],
  [true, new HttpStatusError({ url, status: 503 })],
  [false, new HttpStatusError({ url, status: 501 })],
  [false, new HttpStatusError({ url, status: 404 })],
  [false, new UnauthorizedError({ url }, [])],
  [false, new ForbiddenError({ url }, [])],
  [false, new RedirectError({ url })],
  [false, new TypeError("headers has no value")],
])("%s: %s", (expected, failure) => {
  expect(mayPass(failure)).toBe(expected);
});
