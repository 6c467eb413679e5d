import { describe, expect, it } from "vitest";
import {
  fewKilobytes,
  fraction,
  kilobytes,
  megabytes,
  megabytesMore,
  microseconds,
  milliseconds,
  millionsPerSecond,
  perSecond,
  preciseMilliseconds,
  times,
} from "./format.js";

describe("format", () => {
  it.each([
    [perSecond(10_876.2), "10,900/s"],
    [perSecond(289_512), "290,000/s"],
    [fraction(0.8166), "0.82"],
    [times(3.68), "3.7 times"],
    [times(89.7), "90 times"],
    [milliseconds(5.44), "5.4 ms"],
    [milliseconds(1234.4), "1,234 ms"],
    [megabytes(31_240_000), "31.2 MB"],
    [kilobytes(776_900), "777 kB"],
    [preciseMilliseconds(0.844), "0.84 ms"],
    [preciseMilliseconds(12.34), "12 ms"],
    [microseconds(71.32), "71.3 µs"],
    [microseconds(4_945.2), "4,950 µs"],
    [millionsPerSecond(3_302_037_825), "3,300 million/s"],
    [fewKilobytes(1_849), "1.8 kB"],
    [megabytesMore(310_000), "+0.3 MB"],
    [megabytesMore(-1_200_000), "-1.2 MB"],
  ])("writes %s", (written, expected) => {
    expect(written).toBe(expected);
  });
});
