/** A format of strings in forms (Elicitation, Requested Schema). */
export interface Format {
  /** As in "must be …". */
  readonly name: string;
  readonly test: (value: string) => boolean;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME =
  /^(\S{10})[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** The formats there are; each is checked in time linear in the length of the value. */
export const FORMATS: ReadonlyMap<string, Format> = new Map([
  ["email", { name: "an email address", test: (value) => /^[^\s@]+@[^\s@]+$/.test(value) }],
  ["uri", { name: "a URI", test: (value) => /^[a-z][a-z\d+.-]*:\S+$/i.test(value) && URL.canParse(value) }],
  ["date", { name: "a date as in 2025-12-31", test: isDate }],
  ["date-time", { name: "a time as in 2025-12-31T23:59:59Z", test: isDateTime }],
]);

/** RFC 3339, `full-date`; a day that exists. */
function isDate(value: string): boolean {
  const [, year, month, day] = DATE.exec(value) ?? [];
  if (day === undefined) return false;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
}

/** RFC 3339, `date-time`. */
function isDateTime(value: string): boolean {
  const date = DATE_TIME.exec(value)?.[1];
  return date !== undefined && isDate(date);
}
