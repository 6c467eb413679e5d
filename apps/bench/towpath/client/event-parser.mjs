import { EventParser } from "@towpath/mcp-core/http";

export function parser(onData) {
  const one = new EventParser({ event: ({ data }) => onData(data) }, { maxEventLength: 16_000_000 });
  return (piece) => one.push(piece);
}
