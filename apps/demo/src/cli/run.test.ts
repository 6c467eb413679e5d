import { describe, expect, it } from "vitest";
import { UsageError, type Command, type Given } from "./command.js";
import { commands } from "./commands.js";
import { runCommandLine } from "./run.js";
import { surroundings } from "./surroundings.test-kit.js";

const moor: Command = {
  summary: "tie up",
  options: {
    rope: { value: "<length>", help: "how long", variable: "ROPE" },
    fast: { help: "with a bow line as well", negatable: true },
  },
  run: () => 7,
};

const run = async (
  args: readonly string[],
  command: Partial<Command> = {},
): Promise<{ code: number; stdout: string; stderr: string }> => {
  const around = surroundings();
  const code = await runCommandLine(args, new Map([["moor", { ...moor, ...command }]]), around);
  return { code, stdout: around.stdout.text, stderr: around.stderr.text };
};

describe("the command line", () => {
  it.each([[[]], [["--help"]], [["-h"]], [["help"]]])("answers %j with its usage", async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("moor  tie up");
  });

  it("tells what a command takes", async () => {
    const { code, stdout } = await run(["moor", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--rope <length>  how long");
    expect(stdout).toContain("--[no-]fast      with a bow line as well");
    expect(stdout).toContain("ROPE  stands in for --rope");
  });

  it("ends with the command's exit code", async () => {
    expect((await run(["moor"])).code).toBe(7);
  });

  it("hands on every value of an option, in order", async () => {
    let seen: Given = new Map();
    await run(["moor", "--rope", "3", "--fast", "--rope=4"], {
      run: (given) => {
        seen = given;
        return 0;
      },
    });
    expect([...seen].sort()).toEqual([
      ["fast", ["true"]],
      ["rope", ["3", "4"]],
    ]);
  });

  it.each([[["--no-fast"]], [["--fast", "--no-fast"]], [["--no-fast", "--fast"]]])(
    "takes %j for a no",
    async (args) => {
      let seen: Given = new Map();
      await run(["moor", ...args], {
        run: (given) => {
          seen = given;
          return 0;
        },
      });
      expect([...seen]).toEqual([["fast", ["false"]]]);
    },
  );

  it.each<[string, string[], string]>([
    ["an unknown command", ["sail"], 'There is no command "sail", but: moor'],
    ["what only an object's prototype has", ["constructor"], 'There is no command "constructor"'],
    ["an unknown option", ["moor", "--anchor"], "Unknown option '--anchor'\n"],
    ["a no to what is no question", ["moor", "--no-rope"], "Unknown option '--no-rope'\n"],
    ["a value for an option that takes none", ["moor", "--fast=no"], "'--fast' does not take an argument"],
    ["an option without its value", ["moor", "--rope"], "'--rope <value>' argument missing"],
    ["an argument too many", ["moor", "here"], "Unexpected argument 'here'"],
  ])("refuses %s with exit code 2", async (_what, args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("ends with exit code 2 when a command finds its options wrong", async () => {
    const { code, stderr } = await run(["moor"], {
      run: () => {
        throw new UsageError("--rope is too short");
      },
    });
    expect(code).toBe(2);
    expect(stderr).toContain("--rope is too short");
  });

  it("passes on what a command fails with", async () => {
    const failing = run(["moor"], { run: () => Promise.reject(new Error("adrift")) });
    await expect(failing).rejects.toThrow("adrift");
  });

  it("has the commands of the demo", () => {
    expect([...commands.keys()]).toEqual(["serve", "tour", "config"]);
  });
});
