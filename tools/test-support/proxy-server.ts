import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import type { Certificate } from "./certificate.js";

export interface ProxyServer {
  /** With credentials, if it wants any. */
  readonly url: string;
  readonly place: string;
  /** Request lines and `Proxy-Authorization`, as they came. */
  readonly requests: { readonly line: string; readonly authorization: string | undefined }[];
}

export interface ProxyServerOptions {
  /** As in `user:password`, without escapes. */
  readonly credentials?: string;
  readonly tls?: Certificate;
  /** Where hosts are that no name service knows; anything else is not reached. */
  readonly hosts: Readonly<Record<string, number>>;
}

/** A proxy for HTTP, whole URLs in its requests, and with CONNECT for anything; until the test has ended. */
export async function proxyServer({ credentials, tls, hosts }: ProxyServerOptions): Promise<ProxyServer> {
  const requests: ProxyServer["requests"] = [];
  const wanted =
    credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`;
  const refuses = ({ method, url, headers }: IncomingMessage): boolean => {
    const authorization = headers["proxy-authorization"];
    requests.push({ line: `${method ?? ""} ${url ?? ""}`, authorization });
    return authorization !== wanted;
  };
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.on("request", (request, response) => {
    if (refuses(request)) return void response.writeHead(407).end();
    const { hostname, pathname } = new URL(request.url ?? "");
    const { "proxy-authorization": _, ...headers } = request.headers;
    const onward = httpRequest({ port: hosts[hostname], path: pathname, method: request.method, headers });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    socket.on("error", () => undefined);
    if (refuses(request)) return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const port = hosts[String(request.url).replace(/:\d+$/, "")];
    if (port === undefined) return void socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    sockets.add(onward);
    onward.on("error", () => socket.destroy());
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Listening on a port, so the address is an object.
  const place = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const userinfo =
    credentials === undefined ? "" : `${credentials.split(":").map(encodeURIComponent).join(":")}@`;
  return { url: `http${tls === undefined ? "" : "s"}://${userinfo}${place}`, place, requests };
}
