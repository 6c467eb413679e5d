import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { selfSigned } from "@towpath/test-support/certificate.js";
import { answered, failed } from "@towpath/test-support/recorded-answer.js";
import { webServer } from "@towpath/test-support/web-server.js";
import type { Connector } from "../http-client/connector.js";
import { nodeConnector } from "./node-connector.js";
import type { ClientTlsOptions } from "./node-options.js";

const open = (tls?: ClientTlsOptions): Connector => {
  const connector = nodeConnector({ tls });
  onTestFinished(() => connector.close());
  return connector;
};

const server = selfSigned();

const secured = ({ socket }: IncomingMessage): TLSSocket | undefined =>
  socket instanceof TLSSocket ? socket : undefined;

describe("tls", () => {
  it("trusts the authorities in ca, and uses connections again", async () => {
    const web = await webServer((_request, response) => response.end("{}"), server);
    const connector = open({ ca: server.cert });
    for (let call = 0; call < 3; call += 1) expect(await answered(connector, web.url)).toEqual([200, "{}"]);
    expect(web.connections).toBe(1);
  });

  it("trusts no other, and sends them nothing", async () => {
    const requests: unknown[] = [];
    const { url } = await webServer((request) => requests.push(request), server);
    const { error, sent } = await failed(open(), url, { headers: { authorization: "Bearer secret" } });
    expect([sent, error.message]).toEqual([
      false,
      `${new URL(url).host}: its certificate is self-signed: name it in tls.ca to trust it (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    ]);
    expect(error.cause).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(requests).toEqual([]);
  });

  it("wants a certificate of the host, or of servername", async () => {
    const named = selfSigned("mcp.example");
    const { port } = await webServer((request, response) => {
      // Node's types leave it out.
      response.end(Reflect.get(secured(request) ?? {}, "servername"));
    }, named);
    const url = `https://localhost:${String(port)}/mcp`;
    const { error, sent } = await failed(open({ ca: named.cert }), url);
    expect([sent, error.message]).toEqual([
      false,
      `localhost:${String(port)}: its certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)`,
    ]);
    expect(await answered(open({ ca: named.cert, servername: "mcp.example" }), url)).toEqual([
      200,
      "mcp.example",
    ]);
  });

  it("wants a certificate that has not expired", async () => {
    const old = selfSigned("localhost", { expired: true });
    const { url } = await webServer((_request, response) => response.end(), old);
    const { error } = await failed(open({ ca: old.cert }), url);
    expect(error.message).toContain("its certificate has expired (CERT_HAS_EXPIRED)");
  });

  it("takes any certificate with rejectUnauthorized false", async () => {
    const { url } = await webServer((_request, response) => response.end("{}"), server);
    expect(await answered(open({ rejectUnauthorized: false }), url)).toEqual([200, "{}"]);
  });

  it("shows the server a certificate of its own", async () => {
    const client = selfSigned("client.example");
    const wanted = { ...server, ca: client.cert, requestCert: true };
    const { url } = await webServer((request, response) => {
      response.end(secured(request)?.getPeerCertificate().subject.CN);
    }, wanted);
    const tls = { ca: server.cert, ...client };
    expect(await answered(open(tls), url)).toEqual([200, "client.example"]);
    const { error } = await failed(open({ ca: server.cert }), url);
    expect(error.message).toContain(new URL(url).host);
  });

  it("says when the server refuses that there is no certificate", async () => {
    const client = selfSigned("client.example");
    // In TLS 1.3 the refusal may come after the server's end of the connection.
    const wanted = { ...server, ca: client.cert, requestCert: true, maxVersion: "TLSv1.2" } as const;
    const { url } = await webServer((_request, response) => response.end(), wanted);
    const { error, sent } = await failed(open({ ca: server.cert }), url);
    expect([sent, error.message]).toEqual([
      false,
      expect.stringContaining(
        "it refuses the handshake, as one that wants a certificate of the client does: see tls.cert and tls.key",
      ),
    ]);
  });

  it("says when the server does not speak TLS", async () => {
    const { port } = await webServer((_request, response) => response.end());
    const { error, sent } = await failed(open(), `https://127.0.0.1:${String(port)}/mcp`);
    expect([sent, error.message]).toEqual([
      false,
      expect.stringContaining(
        `127.0.0.1:${String(port)}: it does not speak TLS, as a server at http:// does not (`,
      ),
    ]);
  });

  it("fails on a key that is none, and shows nothing of it", async () => {
    const { url } = await webServer((_request, response) => response.end(), server);
    const { error, sent } = await failed(open({ ...server, key: "not a key" }), url);
    expect(sent).toBe(false);
    expect(String(error)).not.toContain("not a key");
  });
});
