import { createParser } from "eventsource-parser";

export function parser(onData) {
  const one = createParser({ onEvent: ({ data }) => onData(data) });
  return (piece) => one.feed(piece);
}
