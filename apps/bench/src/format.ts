const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 10876.2 as "10,900/s": three digits, which is more than the measurement knows. */
export const perSecond = (value: number): string => `${grouped.format(Number(value.toPrecision(3)))}/s`;

/** A fraction with two digits after the point. */
export const fraction = (value: number): string => value.toFixed(2);

/** A multiple: "3.7 times", "90 times". */
export const times = (value: number): string =>
  `${value < 20 ? value.toFixed(1) : grouped.format(value)} times`;

export const milliseconds = (value: number): string =>
  `${value < 10 ? value.toFixed(1) : grouped.format(value)} ms`;

/** Time of which a tenth of a millisecond is too much: "0.84 ms". */
export const preciseMilliseconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** Time that is short, with three digits: "71.3 µs". */
export const microseconds = (value: number): string => {
  const rounded = Number(value.toPrecision(3));
  return `${rounded < 100 ? String(rounded) : grouped.format(rounded)} µs`;
};

/** 3302037825 as "3,300 million/s". */
export const millionsPerSecond = (value: number): string =>
  `${grouped.format(Number((value / 1e6).toPrecision(3)))} million/s`;

/** Bytes in millions: "31.2 MB". */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export const kilobytes = (bytes: number): string => `${grouped.format(bytes / 1e3)} kB`;

/** Bytes in thousands, of which fractions matter: "1.8 kB". */
export const fewKilobytes = (bytes: number): string => `${(bytes / 1e3).toFixed(1)} kB`;

/** A difference in millions of bytes: "+0.3 MB", "-1.2 MB". */
export const megabytesMore = (bytes: number): string => `${bytes < 0 ? "" : "+"}${megabytes(bytes)}`;
