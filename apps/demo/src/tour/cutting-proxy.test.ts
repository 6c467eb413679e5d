import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { CuttingProxy, type Cut } from "./cutting-proxy.js";

/** A server that answers each request with the query of its URL, reached through a proxy. */
async function proxied(cut: Cut): Promise<CuttingProxy> {
  const server = createServer(({ url = "" }, response) => response.end(url.replace(/^.*\?/, "")));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo; // it listens at one
  const proxy = await CuttingProxy.start(new URL(`http://127.0.0.1:${String(port)}/`), cut);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  return proxy;
}

const answer = (proxy: CuttingProxy, text: string): Promise<Response> =>
  fetch(new URL(`?${text}`, proxy.url), { headers: { connection: "close" } });

async function received(response: Response): Promise<string> {
  let text = "";
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
  } catch {
    return `${text}|`;
  }
  return text;
}

it("passes on what does not have the text as often", async () => {
  const proxy = await proxied({ text: "abcd", occurrence: 2 });
  expect(await received(await answer(proxy, "abcd"))).toBe("abcd");
  expect(await received(await answer(proxy, "abcd-abc"))).toBe("abcd-abc");
  expect(proxy.cuts).toBe(0);
  expect(proxy.sent).toContain("GET /?abcd-abc ");
});

it("cuts one connection in the middle of the text, and no other", async () => {
  const proxy = await proxied({ text: "abcd", occurrence: 2 });
  expect(await received(await answer(proxy, "abcd-abcd-abcd"))).toBe("abcd-ab|");
  expect(await received(await answer(proxy, "abcd-abcd-abcd"))).toBe("abcd-abcd-abcd");
  expect(proxy.cuts).toBe(1);
});
