import type { JsonValue } from "../../jsonrpc/messages.js";
import type {
  AddOptions,
  AddOutcome,
  CreateOptions,
  CreateOutcome,
  ListOptions,
  RecordPage,
  Records,
  ReplaceOptions,
  StoredRecord,
  WriteOptions,
} from "../records.js";
import { Counters } from "./counters.js";
import { byteLength, checkPageSize, decode, encode, positive } from "../values.js";
import { Perishable } from "./expiry.js";
import type { Host } from "./host.js";
import { Indexes } from "./indexes.js";

interface Content {
  readonly text: string;
  readonly bytes: number;
  readonly indexes: readonly string[];
}

class Item extends Perishable {
  version = 0;
  content: Content = { text: "", bytes: 0, indexes: [] };
  readonly id: string;
  readonly #owner: MemoryRecords;

  constructor(id: string, owner: MemoryRecords) {
    super();
    this.id = id;
    this.#owner = owner;
  }

  lapse(): void {
    this.#owner.drop(this);
  }
}

/** Values are kept as JSON text: nothing is shared with callers, and bytes are known. */
export class MemoryRecords implements Records {
  readonly #host: Host;
  readonly #items = new Map<string, Item>();
  readonly #indexes = new Indexes();
  readonly #counters: Counters;
  #bytes = 0;
  #version = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#counters = new Counters(host);
  }

  async get(
    id: string,
    options?: { readonly ttlMs?: number | undefined },
  ): Promise<StoredRecord | undefined> {
    const now = this.#host.enter();
    const item = this.#items.get(id);
    const ttlMs = options?.ttlMs;
    if (ttlMs !== undefined) positive("ttlMs", ttlMs);
    if (item === undefined) return undefined;
    if (ttlMs !== undefined) this.#host.expiry.watch(item, now + ttlMs);
    return { value: decode(item.content.text), version: String(item.version) };
  }

  async set(id: string, value: JsonValue, options: WriteOptions): Promise<string> {
    const now = this.#host.enter();
    return this.#write(id, value, options.indexes ?? [], now + positive("ttlMs", options.ttlMs));
  }

  async create(id: string, value: JsonValue, options: CreateOptions): Promise<CreateOutcome> {
    const now = this.#host.enter();
    const expiresAt = now + positive("ttlMs", options.ttlMs);
    if (this.#items.has(id)) return { outcome: "exists" };
    const full = options.atMost?.find(({ index, count }) => this.#indexes.count(index) >= count);
    if (full !== undefined) return { outcome: "full", index: full.index };
    return { outcome: "created", version: this.#write(id, value, options.indexes ?? [], expiresAt) };
  }

  async replace(id: string, value: JsonValue, options: ReplaceOptions): Promise<string | undefined> {
    const now = this.#host.enter();
    const { ttlMs } = options;
    if (ttlMs !== undefined) positive("ttlMs", ttlMs);
    const item = this.#items.get(id);
    if (item === undefined || String(item.version) !== options.ifVersion) return undefined;
    const expiresAt = ttlMs === undefined ? item.expiresAt : now + ttlMs;
    return this.#write(id, value, options.indexes ?? item.content.indexes, expiresAt);
  }

  async delete(id: string, options?: { readonly ifVersion?: string | undefined }): Promise<boolean> {
    this.#host.enter();
    const item = this.#items.get(id);
    const wanted = options?.ifVersion;
    if (item === undefined || (wanted !== undefined && String(item.version) !== wanted)) return false;
    this.#host.expiry.forget(item);
    this.drop(item);
    return true;
  }

  async touch(id: string, ttlMs: number): Promise<boolean> {
    const expiresAt = this.#host.enter() + positive("ttlMs", ttlMs);
    const item = this.#items.get(id);
    if (item !== undefined) this.#host.expiry.watch(item, expiresAt);
    return item !== undefined;
  }

  async list(index: string, options: ListOptions = {}): Promise<RecordPage> {
    this.#host.enter();
    return this.#indexes.list(index, options.after, checkPageSize(options.limit));
  }

  async count(index: string): Promise<number> {
    this.#host.enter();
    return this.#indexes.count(index);
  }

  async add(counter: string, by: number, options: AddOptions): Promise<AddOutcome> {
    return this.#counters.add(counter, by, options);
  }

  drop(item: Item): void {
    this.#items.delete(item.id);
    this.#indexes.move(item.id, item.content.indexes, []);
    this.#bytes -= item.content.bytes;
  }

  clear(): void {
    this.#items.clear();
    this.#indexes.clear();
    this.#counters.clear();
  }

  #write(id: string, value: JsonValue, indexNames: readonly string[], expiresAt: number): string {
    const text = encode(value);
    const indexes = [...new Set(indexNames)];
    const bytes = [id, text, ...indexes].reduce((sum, part) => sum + byteLength(part), 0);
    const item = this.#items.get(id) ?? new Item(id, this);
    const total = this.#bytes + bytes - item.content.bytes;
    this.#host.check("maxRecordBytes", total);
    if (!this.#items.has(id)) this.#host.check("maxRecords", this.#items.size + 1);
    this.#items.set(id, item);
    this.#indexes.move(id, item.content.indexes, indexes);
    this.#bytes = total;
    item.content = { text, bytes, indexes };
    item.version = ++this.#version;
    this.#host.expiry.watch(item, expiresAt);
    return String(item.version);
  }
}
