import { constants } from "node:buffer";

/** Frames of one message, and pieces of one frame, of either side's. */
const MAX_FRAMES = 16_384;
const MAX_PIECES = 262_144;

/** Answers to pings that may wait for a peer which does not read. */
const MAX_PONGS = 60;

/** What `ws` is told at both ends. */
export interface WsOptions {
  readonly perMessageDeflate: false;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  readonly maxPendingAutoPongs: number;
  readonly closeTimeout: number;
}

/** @param closeTimeout how long the other side may take to answer a close frame, in ms */
export function wsOptions(maxMessageBytes: number, closeTimeout: number): WsOptions {
  return {
    // Costs memory for every connection, and lets a small message become a large one.
    perMessageDeflate: false,
    // Each becomes a string, which can be no longer.
    maxPayload: Math.min(maxMessageBytes, constants.MAX_STRING_LENGTH),
    maxFragments: MAX_FRAMES,
    maxBufferedChunks: MAX_PIECES,
    maxPendingAutoPongs: MAX_PONGS,
    closeTimeout,
  };
}
