import { describe, expect, it } from "vitest";
import { checkExtensionId } from "./extension-id.js";

describe("the id of an extension", () => {
  it.each(["io.modelcontextprotocol/tasks", "com.example/my-thing.v2", "local/x", "a-b.c9/0"])(
    "may be %s",
    (id) => {
      expect(() => checkExtensionId(id)).not.toThrow();
    },
  );

  it.each([
    "",
    "tasks",
    "com.example/",
    "/x",
    "9a/x",
    "a-/x",
    "com..example/x",
    "a/b/c",
    "a/-x",
    "a/x_",
    "a b/x",
    5,
    null,
  ])("may not be %j", (id) => {
    expect(() => checkExtensionId(id)).toThrow("An extension's id must be like com.example/name");
  });
});
