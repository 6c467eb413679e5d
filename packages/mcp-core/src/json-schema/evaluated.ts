/**
 * What subschemas have evaluated of one object or array so far: the annotations that
 * `unevaluatedProperties` and `unevaluatedItems` read (JSON Schema Core 2020-12, section 11).
 */
export class Evaluated {
  #everyProperty = false;
  readonly #properties = new Set<string>();
  #everyItem = false;
  /** Items at lower indexes are evaluated. */
  #itemsBelow = 0;
  readonly #items = new Set<number>();

  addProperty(name: string): void {
    this.#properties.add(name);
  }

  addEveryProperty(): void {
    this.#everyProperty = true;
  }

  addItemsBelow(end: number): void {
    this.#itemsBelow = Math.max(this.#itemsBelow, end);
  }

  addItem(index: number): void {
    this.#items.add(index);
  }

  addEveryItem(): void {
    this.#everyItem = true;
  }

  hasProperty(name: string): boolean {
    return this.#everyProperty || this.#properties.has(name);
  }

  hasItem(index: number): boolean {
    return this.#everyItem || index < this.#itemsBelow || this.#items.has(index);
  }

  /** How much `merge` has to copy, to be charged to the run. */
  get size(): number {
    return this.#properties.size + this.#items.size;
  }

  merge(other: Evaluated): void {
    this.#everyProperty ||= other.#everyProperty;
    this.#everyItem ||= other.#everyItem;
    this.addItemsBelow(other.#itemsBelow);
    for (const name of other.#properties) this.#properties.add(name);
    for (const index of other.#items) this.#items.add(index);
  }
}
