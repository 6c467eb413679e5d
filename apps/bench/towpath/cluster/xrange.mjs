// Usage: node xrange.mjs <redis://…> <key> <entries of a page> <rounds>
// The upper limit for whoever reads a log: XRANGE from page to page, and nothing else. Writes for each round how long it
// took until the first page and until the last, in ms, and how many entries there were.
import { createClient } from "@redis/client";

const [url, key, page, rounds] = process.argv.slice(2);
const client = await createClient({ url }).connect();
const results = [];
for (let round = 0; round < Number(rounds); round++) {
  const start = performance.now();
  let firstMs;
  let entries = 0;
  for (let from = "-"; ;) {
    const found = await client.xRange(key, from, "+", { COUNT: Number(page) });
    firstMs ??= performance.now() - start;
    if (found.length === 0) break;
    entries += found.length;
    from = `(${found.at(-1).id}`;
  }
  results.push({ firstMs, ms: performance.now() - start, entries });
}
process.stdout.write(JSON.stringify(results));
client.destroy();
