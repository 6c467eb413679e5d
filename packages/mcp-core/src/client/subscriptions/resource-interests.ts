type Request = (method: "resources/subscribe" | "resources/unsubscribe", uri: string) => Promise<unknown>;

interface Interest {
  holders: number;
  isSubscribed: boolean;
  /** What was last asked of the server; one thing at a time. */
  work: Promise<void>;
}

/** Subscribes to each resource once on one session, for as long as anybody is interested. */
export class ResourceInterests {
  readonly #request: Request;
  readonly #interests = new Map<string, Interest>();

  constructor(request: Request) {
    this.#request = request;
  }

  /** Settles when the resource is subscribed to. To be released, even if this rejects. */
  hold(uri: string): Promise<void> {
    const interest = this.#interests.get(uri) ?? { holders: 0, isSubscribed: false, work: Promise.resolve() };
    this.#interests.set(uri, interest);
    interest.holders += 1;
    return this.#adjust(uri, interest);
  }

  /** Settles when the server has been told, if that was the last. */
  release(uri: string): Promise<void> {
    const interest = this.#interests.get(uri);
    if (interest === undefined) return Promise.resolve();
    interest.holders -= 1;
    return this.#adjust(uri, interest);
  }

  #adjust(uri: string, interest: Interest): Promise<void> {
    const adjust = async (): Promise<void> => {
      const isWanted = interest.holders > 0;
      try {
        if (isWanted === interest.isSubscribed) return;
        interest.isSubscribed = false;
        await this.#request(isWanted ? "resources/subscribe" : "resources/unsubscribe", uri);
        interest.isSubscribed = isWanted;
      } finally {
        if (interest.holders === 0 && !interest.isSubscribed) this.#interests.delete(uri);
      }
    };
    interest.work = interest.work.then(adjust, adjust);
    return interest.work;
  }
}
