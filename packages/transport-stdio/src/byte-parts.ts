/** Parts smaller than this are copied together, so that a byte at a time costs no object per byte. */
const BLOCK_BYTES = 8 * 1024;

/** The bytes of one message that arrives in parts; joined once, when it is complete. */
export class ByteParts {
  #parts: Buffer[] = [];
  #length = 0;
  /** Bytes still free at the end of the last part, which is then a block of ours. */
  #free = 0;

  get length(): number {
    return this.#length;
  }

  add(part: Buffer): void {
    this.#length += part.length;
    const rest = this.#fill(part);
    if (rest.length >= BLOCK_BYTES) this.#parts.push(rest);
    else if (rest.length > 0) this.#parts.push(this.#startBlock(rest));
  }

  /** All bytes, in order; nothing is left here. */
  take(): Buffer {
    const [first] = this.#parts;
    const whole =
      first !== undefined && this.#parts.length === 1
        ? first.subarray(0, this.#length)
        : Buffer.concat(this.#parts, this.#length);
    this.clear();
    return whole;
  }

  /** The first `bytes` bytes, or all there are. */
  head(bytes: number): Buffer {
    return Buffer.concat(this.#parts, Math.min(bytes, this.#length));
  }

  clear(): void {
    this.#parts = [];
    this.#length = 0;
    this.#free = 0;
  }

  #fill(part: Buffer): Buffer {
    const block = this.#parts.at(-1);
    if (this.#free === 0 || block === undefined) return part;
    const copied = part.copy(block, block.length - this.#free);
    this.#free -= copied;
    return part.subarray(copied);
  }

  #startBlock(part: Buffer): Buffer {
    const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#free = BLOCK_BYTES - part.copy(block);
    return block;
  }
}
