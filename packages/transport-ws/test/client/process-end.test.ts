import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFixture, type Fixture } from "../support/build-fixture.js";
import { stage } from "../support/stage.js";
import { started } from "../support/start.js";

const run = promisify(execFile);

describe("a program whose client was closed", () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await buildFixture("visitor");
  });
  afterAll(() => fixture.remove());

  it.each(["handshake", "stateless"])("exits, with nothing left to do, in the %s era", async (era) => {
    const { url } = await started(stage().mcp);
    const { stdout, stderr } = await run(process.execPath, [fixture.path, url, era]);
    expect([JSON.parse(stdout), stderr]).toEqual([
      [[{ type: "text", text: "3" }], "ConnectionLostError"],
      "",
    ]);
  });
});
