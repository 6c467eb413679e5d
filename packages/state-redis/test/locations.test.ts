import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { InvalidArgumentError } from "@towpath/mcp-core/state";
import { selfSigned } from "@towpath/test-support/certificate.js";
import { noRedisServer, skipped, startRedis, type RedisServer } from "@towpath/test-support/redis-server.js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { redisState, type RedisLocation } from "../src/index.js";
import { LONG, open, unavailable } from "./support/open.js";

describe("a location that cannot be used", () => {
  it.each([undefined, ""])("%j is told apart from a URL that is wrong", (location) => {
    expect(() => redisState(location)).toThrow(/needs to know where Redis is.*environment variable/);
  });

  it.each(["secret", "http://user:secret@host", "redis://user:secret@host:port", "redis://:secret@h/x"])(
    "%j is refused without being shown",
    (location) => {
      const refused = (): unknown => redisState(location);
      expect(refused).toThrow(TypeError);
      expect(refused).not.toThrow(/secret/);
    },
  );

  it("is refused without being shown, also as a node of a cluster", () => {
    const refused = (): unknown =>
      redisState({ cluster: { rootNodes: [{ url: "redis://:secret@host:port" }] } });
    expect(refused).toThrow(/cannot be read/);
    expect(refused).not.toThrow(/secret/);
  });

  it("is refused without any node", () => {
    expect(() => redisState({ cluster: { rootNodes: [] } })).toThrow("cluster.rootNodes");
    expect(() => redisState({ sentinel: { name: "x", nodes: [] } })).toThrow("sentinel.nodes");
  });

  it("is refused by type, too", () => {
    // Callers without types get here.
    expect(() => redisState({ host: "localhost" } as unknown as RedisLocation)).toThrow(
      "redisState takes a URL, { cluster }, { sentinel }, or a client of node-redis.",
    );
  });

  it("tls without TLS is refused", () => {
    expect(() => redisState("redis://localhost", { tls: { ca: "x" } })).toThrow(/rediss:/);
  });

  it.each(["commandTimeoutMs", "connectTimeoutMs", "maxReaders", "maxRecordBytes"])(
    "%s has to be above 0",
    (name) => {
      expect(() => redisState("redis://localhost", { [name]: 0 })).toThrow(InvalidArgumentError);
    },
  );
});

describe.skipIf(skipped(noRedisServer))("a Redis", () => {
  let redis: RedisServer;
  let files: string;
  const { cert, key } = selfSigned();
  /** What the README says a user has to be allowed. */
  const least = "on >least ~towpath:* &towpath* +@read +@write +@scripting +@pubsub +@connection +time";
  const user = ["--user", "towpath", "on", ">pass/word", "~*", "&*", "+@all"];

  beforeAll(async () => {
    files = await mkdtemp(join(tmpdir(), "towpath-tls-"));
    await writeFile(join(files, "cert.pem"), cert);
    await writeFile(join(files, "key.pem"), key);
    redis = await startRedis({
      args: ["--requirepass", "se:cr@et", ...user, "--user", "least", ...least.split(" ")],
    });
  });
  afterAll(async () => {
    await redis.stop();
    await rm(files, { recursive: true });
  });

  const url = (credentials: string, path = ""): string =>
    `redis://${credentials}@127.0.0.1:${String(redis.port)}${path}`;
  const password = `:${encodeURIComponent("se:cr@et")}`;

  it("is reached with a password, or as a user", async () => {
    const { state } = open(url(password));
    const { state: other } = open(url(`towpath:${encodeURIComponent("pass/word")}`));
    const version = await state.records.set("credentials", 1, LONG);
    expect(await other.records.get("credentials")).toEqual({ value: 1, version });
  });

  it("lets a user do everything that may do no more than it takes", async () => {
    const { state } = open(url("least:least"));
    const { state: peer } = open(url("least:least"));
    const heard = new Promise(
      (resolve) => void peer.bus.subscribe("least", resolve).then(() => state.bus.publish("least", 1)),
    );
    const version = await state.records.set("least", 1, { ...LONG, indexes: ["least"] });
    await state.records.replace("least", 2, { ifVersion: version, ...LONG });
    await state.records.create("other", 1, { ...LONG, atMost: [{ index: "least", count: 5 }] });
    await state.records.get("least", LONG);
    await state.records.add("least", 1, LONG);
    expect((await state.records.list("least")).ids).toEqual(["least"]);
    await state.records.delete("least");
    await state.logs.create("least", { ...LONG, maxEntries: 1 });
    const reader = await peer.logs.read("least", { exclusive: true });
    await state.logs.append("least", "entry", { key: "k", close: true });
    expect((await reader.next()).value?.data).toBe("entry");
    expect((await state.logs.info("least"))?.closed).toBe(true);
    await state.logs.delete("least");
    expect(await heard).toBe(1);
  });

  it("refuses a wrong password, which no error shows", async () => {
    const { state, errors } = open(url(":wrong-password"));
    const error = await unavailable(state.records.get("a"));
    expect(error.message).toContain("WRONGPASS");
    expect(String(error.cause) + error.message + String(errors[0])).not.toContain("wrong-password");
    expect(errors).toHaveLength(1);
  });

  it("keeps databases apart, also their messages", async () => {
    const { state: one } = open(url(password, "/1"));
    const { state: two } = open(url(password, "/2"));
    const heard: unknown[] = [];
    await two.bus.subscribe("topic", (message) => void heard.push(message));
    await one.records.set("database", 1, LONG);
    await one.bus.publish("topic", "of one");
    await two.bus.publish("topic", "of two");
    expect(await two.records.get("database")).toBeUndefined();
    await expect.poll(() => heard).toEqual(["of two"]);
  });

  it("keeps prefixes apart, and everything below its prefix", async () => {
    const client = await createClient({ url: url(password, "/5") }).connect();
    onTestFinished(() => client.destroy());
    const { state } = open(url(password, "/5"), { prefix: "one" });
    const { state: other } = open(url(password, "/5"), { prefix: "two" });
    await state.records.set("id", 1, { ...LONG, indexes: ["index"] });
    await state.records.add("counter", 1, LONG);
    await state.logs.create("log", LONG);
    await state.logs.append("log", "entry");
    expect(await other.records.get("id")).toBeUndefined();
    expect(await other.records.count("index")).toBe(0);
    expect(await other.logs.info("log")).toBeUndefined();
    const keys = await client.keys("*");
    expect(keys.length).toBeGreaterThan(3);
    expect(keys.filter((key) => !key.startsWith("one:"))).toEqual([]);
  });

  it("leaves no key behind that does not expire", async () => {
    const client = await createClient({ url: url(password, "/6") }).connect();
    onTestFinished(() => client.destroy());
    const { state } = open(url(password, "/6"));
    await state.records.create("id", 1, { ...LONG, indexes: ["a", "b"], atMost: [{ index: "c", count: 1 }] });
    await state.records.get("id", LONG);
    await state.records.set("id", 1, { ...LONG, indexes: ["a"] });
    await state.records.add("counter", 1, LONG);
    const reader = await state.logs.create("log", LONG).then(() => state.logs.read("log"));
    await state.logs.append("log", "entry");
    await reader.next();
    const keys = await client.keys("*");
    expect(keys.length).toBeGreaterThan(3);
    for (const key of keys) expect(await client.pTTL(key), key).toBeGreaterThan(0);
  });

  it("is reached over TLS, and not by those who do not know its certificate", async () => {
    const paths = ["--tls-cert-file", join(files, "cert.pem"), "--tls-key-file", join(files, "key.pem")];
    const trust = ["--tls-ca-cert-file", join(files, "cert.pem"), "--tls-auth-clients", "no"];
    const server = await startRedis({ args: [...paths, ...trust], tls: true });
    onTestFinished(() => server.stop());
    const secure = `rediss://127.0.0.1:${String(server.port)}`;
    const { state } = open(secure, { tls: { ca: cert } });
    expect(await state.records.count("any")).toBe(0);
    expect(state.available).toBe(true);
    const { state: stranger } = open(secure);
    expect((await unavailable(stranger.records.count("any"))).message).toMatch(/self.signed/);
  });

  it("is reached as a client of its author is, which stays as it was", async () => {
    const client = createClient({
      url: url(password),
      keyPrefix: "of-the-author:",
      commandOptions: { typeMapping: { 36: Buffer } },
    });
    await client.connect();
    onTestFinished(() => client.destroy());
    const state = redisState(client);
    await state.records.set("of a client", { a: 1 }, LONG);
    const { state: other } = open(url(password));
    expect((await other.records.get("of a client"))?.value).toEqual({ a: 1 });
    await state.close();
    expect(client.isReady).toBe(true);
    expect(client.listenerCount("error")).toBe(0);
    expect(String(await client.ping())).toBe("PONG");
  });

  it("is reached as a client is, without its limits on what waits and on idle connections", async () => {
    const client = createClient({
      url: url(password),
      commandsQueueMaxLength: 5,
      pingInterval: 1,
      socket: { socketTimeout: 50 },
    });
    const { state, errors } = open(client);
    await state.records.count("any");
    const watcher = await createClient({ url: url(password) }).connect();
    onTestFinished(() => watcher.destroy());
    await Promise.all(Array.from({ length: 100 }, () => state.records.count("any")));
    // Redis answers once the time for which the connections may not be idle is long over.
    await watcher.sendCommand(["BLPOP", "nothing", "0.3"]);
    expect(errors).toEqual([]);
    expect(state.available).toBe(true);
  });

  it("is reached as a client is that is not connected", async () => {
    const client = createClient({ url: url(password) });
    const { state } = open(client);
    expect(await state.records.count("any")).toBe(0);
    expect(client.isOpen).toBe(false);
  });
});
