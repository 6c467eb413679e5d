/** Put in by the build; sources that run as they are have none. */
declare const PACKAGE_VERSION: string | undefined;

/** The version of this package. */
export const VERSION = typeof PACKAGE_VERSION === "string" ? PACKAGE_VERSION : "0.0.0";
