/** So many at a time that other work of the state need not wait for long, and that it has always some. */
const AT_ONCE = 100;

/** Does some work for each of many items, a few at a time. What fails is the work's own concern. Never rejects. */
export async function paced<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const left = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let item = left.next(); item.done !== true; item = left.next())
      await work(item.value).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
