/** Lets through progress that increases (Progress, Progress Flow). */
export class Increasing {
  #last = -Infinity;

  /**
   * @returns whether it is more than the last
   * @throws TypeError for what is no finite number
   */
  takes(progress: number, total: number | undefined): boolean {
    if (!Number.isFinite(progress) || (total !== undefined && !Number.isFinite(total)))
      throw new TypeError(`Progress must be finite numbers, not ${String(progress)} of ${String(total)}`);
    return progress > this.#last;
  }

  took(progress: number): void {
    this.#last = progress;
  }
}
