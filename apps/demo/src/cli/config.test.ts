import { describe, expect, it } from "vitest";
import { config } from "./config.js";
import { surroundings } from "./surroundings.test-kit.js";

describe("`config`", () => {
  it("prints nothing but JSON to stdout", async () => {
    const around = surroundings();
    expect(await config.run(new Map(), around)).toBe(0);
    expect(JSON.parse(around.stdout.text)).toEqual({
      mcpServers: {
        notebook: { command: "/usr/bin/node", args: ["/repository/apps/demo/dist/main.js", "serve"] },
      },
    });
  });

  it.each([
    ["darwin", "~/Library/Application Support/Claude/claude_desktop_config.json  <- this machine"],
    ["win32", "%APPDATA%\\Claude\\claude_desktop_config.json  <- this machine"],
    ["linux", "~/.config/Claude/claude_desktop_config.json  <- this machine"],
  ] as const)("tells on stderr where it goes on %s", async (platform, place) => {
    const around = surroundings({ platform });
    await config.run(new Map(), around);
    expect(around.stderr.text).toContain(place);
  });
});
