import { isPromise, type MaybePromise } from "../protocol/promises.js";
import { isTransportsOwn } from "./own-headers.js";

/** What `new Headers()` takes, in every runtime. */
export type HeadersInput = Headers | Readonly<Record<string, string>> | Iterable<readonly [string, string]>;
export type HeadersOption = HeadersInput | (() => MaybePromise<HeadersInput>);

/** The author's headers, their names in lower case: the same each time, or asked for each time. */
export type HeadersSource = PlainHeaders | (() => MaybePromise<PlainHeaders>);
export type PlainHeaders = Readonly<Record<string, string>>;

/** @throws TypeError for headers that no request can have, or that are not the author's to set */
export function headersSource(option: HeadersOption = {}): HeadersSource {
  if (typeof option !== "function") return plain(option);
  return () => {
    const given = option();
    return isPromise(given) ? given.then(plain) : plain(given);
  };
}

function plain(init: HeadersInput): PlainHeaders {
  const headers = Object.fromEntries(read(init));
  for (const name of Object.keys(headers)) {
    if (isTransportsOwn(name))
      throw new TypeError(`headers cannot set ${name}, which the transport sets itself`);
  }
  return headers;
}

function read(init: HeadersInput): Headers {
  for (const [name, value] of Object.entries(init))
    if (value === undefined) throw new TypeError(`headers has no value for ${name}`);
  try {
    return new Headers(init as Headers); // the types of runtimes differ in what they call the others
  } catch {
    // The platform's error shows the value, which may be a secret.
    throw new TypeError("headers has a name or a value that no header can have");
  }
}
