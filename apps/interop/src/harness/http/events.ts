/** One event of a stream, or a comment in it. */
export interface StreamEvent {
  /** Its name; none is `message`. */
  readonly event?: string;
  readonly id?: string;
  readonly retry?: number;
  readonly data?: string;
  readonly comment?: string;
}

/** Splits an event stream into its events, however it was cut on the way (HTML Standard, Server-sent events). */
export class EventParser {
  #rest = "";
  #fields: { event?: string; id?: string; retry?: number; data?: string } = {};

  /** The events that are complete with this text. */
  push(text: string): readonly StreamEvent[] {
    const lines = `${this.#rest}${text}`.split(/\r?\n/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#take(line));
  }

  #take(line: string): readonly StreamEvent[] {
    if (line.startsWith(":")) return [{ comment: line.slice(1).trimStart() }];
    if (line === "") {
      const event = this.#fields;
      this.#fields = {};
      return Object.keys(event).length > 0 ? [event] : [];
    }
    const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "event") this.#fields.event = value;
    else if (name === "id") this.#fields.id = value;
    else if (name === "retry") this.#fields.retry = Number(value);
    else if (name === "data") {
      const before = this.#fields.data;
      this.#fields.data = before === undefined ? value : `${before}\n${value}`;
    }
    return [];
  }
}
