import { startNginx } from "@towpath/test-support/nginx.js";
import { expect, it } from "vitest";
import { stage } from "../support/stage.js";
import { connected, started } from "../support/start.js";

/** As the README has it. */
const SETTINGS = `
  proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection "upgrade";
  proxy_set_header Host $host;
`;

it("serves behind nginx", async () => {
  const { url, drain } = await started(stage().mcp);
  const via = await startNginx(url.replace("ws:", "http:"), SETTINGS);
  const client = await connected(via, {}, { reconnect: false });
  const { content } = await client.callTool("long", { length: 1_000_000 });
  expect(content).toMatchObject([{ text: expect.stringMatching(/^x{1000000}$/) as unknown }]);
  const calling = client.callTool("play");
  calling.catch(() => undefined);
  await client.ping();
  await drain(0);
  await expect(calling).rejects.toThrow(/code 1001/);
});
