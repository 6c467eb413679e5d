import { startNginx } from "@towpath/test-support/nginx.js";
import { describe, expect, it } from "vitest";
import { stage } from "../support/stage.js";
import { Visitor } from "../support/visitor.js";

/** Settings that hold back more than the usual ones do, or that many have. */
const SETTINGS: Readonly<Record<string, string>> = {
  "as it comes": "",
  "that compresses": "gzip on; gzip_proxied any; gzip_types *; gzip_min_length 1;",
  "with large buffers and HTTP/1.1":
    'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffers 64 64k; proxy_buffer_size 64k; proxy_busy_buffers_size 128k;',
};

describe.each(Object.entries(SETTINGS))("behind an nginx %s", (_name, settings) => {
  it("events come as they are sent", async () => {
    const { url, playing } = await stage();
    const visitor = await Visitor.begin(await startNginx(url, settings));
    await visitor.play("x");
    const { ctx, end } = await playing("x");
    for (const done of [1, 2, 3]) {
      await ctx.progress(done);
      expect(await visitor.message()).toMatchObject({ params: { progress: done } });
    }
    end("done");
    expect(await visitor.message()).toMatchObject({ result: {} });
  });

  it("a client that leaves is missed", async () => {
    const { url, links } = await stage();
    const visitor = await Visitor.begin(await startNginx(url, settings));
    visitor.leave();
    await links.none();
  });
});
