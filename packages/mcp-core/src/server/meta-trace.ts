import type { JsonObject } from "../jsonrpc/messages.js";
import type { TraceContext } from "../protocol/types.js";

/** The W3C trace context in `_meta` (Base Protocol, OpenTelemetry trace context). */
export function traceOf({ traceparent, tracestate, baggage }: JsonObject): TraceContext {
  return {
    ...(typeof traceparent === "string" && { traceparent }),
    ...(typeof tracestate === "string" && { tracestate }),
    ...(typeof baggage === "string" && { baggage }),
  };
}
