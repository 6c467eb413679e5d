// The upper limit over stdio: a bare newline splitter around JSON.parse and JSON.stringify.
import { methods } from "./methods.mjs";

function answer(line) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return "";
  return JSON.stringify({ jsonrpc: "2.0", id, result: methods[method](params) }) + "\n";
}

let unfinished = [];

/** The run of complete lines that ends with this chunk, decoded at once; the rest is kept. */
function completeLines(chunk) {
  const end = chunk.lastIndexOf(10);
  if (end === -1) {
    unfinished.push(chunk);
    return [];
  }
  const text =
    unfinished.length === 0
      ? chunk.toString("utf8", 0, end)
      : Buffer.concat([...unfinished, chunk.subarray(0, end)]).toString();
  unfinished = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
  return text.split("\n");
}

process.stdin.on("data", (chunk) => {
  let answers = "";
  for (const line of completeLines(chunk)) answers += answer(line);
  if (answers !== "") process.stdout.write(answers);
});
