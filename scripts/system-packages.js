/**
 * Installs what tests run that npm does not have. By itself: `node scripts/system-packages.js`, which installs what
 * only some tests run, too.
 */
import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.js";

/** The programs, each with the Debian package that has it. */
const NEEDED = [
  { program: "nginx", debian: "nginx-light" },
  { program: "haproxy", debian: "haproxy" },
  // Tests start their own on free ports, whether or not installing it has started one.
  { program: "redis-server", debian: "redis-server" },
];

/** What the tests in a browser run. It is large, so it is installed only where it is asked for. */
const BROWSER = { program: "chromium", debian: "chromium" };

/** Debian has servers where the path of most users does not lead. */
const FOLDERS = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];

/** @param {string} program */
const pathOf = (program) =>
  FOLDERS.flatMap((folder) => [`${folder}/${program}`, `${folder}/${program}.exe`]).find(existsSync);

/** @returns the path of the browser that tests run, if it is installed */
export const browserPath = () => pathOf(BROWSER.program);

/** @param {string[]} args */
const aptGet = (args) => {
  const command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", ...args];
  const isRoot = process.getuid?.() === 0;
  const [first = "", ...rest] = isRoot
    ? command
    : ["sudo", "-n", "DEBIAN_FRONTEND=noninteractive", ...command];
  return run(first, rest, { quiet: true, env: { DEBIAN_FRONTEND: "noninteractive" } }).catch(() => 1);
};

/**
 * @param {{ browser: boolean }} options `browser`: also what the tests in a browser run
 * @returns {Promise<number>} 0 when everything is there; else it has said what is not
 */
export const installSystemPackages = async ({ browser }) => {
  const needed = browser ? [...NEEDED, BROWSER] : NEEDED;
  const missing = () => needed.filter(({ program }) => pathOf(program) === undefined);
  const packages = missing().map(({ debian }) => debian);
  if (packages.length === 0) return 0;
  console.log(`Installing ${packages.join(", ")} ...`);
  // The lists of packages may be old, or not there at all; and where they cannot be renewed, good enough.
  await aptGet(["update"]);
  await aptGet(["install", "-y", "--no-install-recommends", ...packages]);
  const left = missing().map(({ program }) => program);
  if (left.length === 0) return 0;
  console.error(
    `The tests need ${left.join(", ")}, which could not be installed. ` +
      `On Debian and Ubuntu: sudo apt-get update && sudo apt-get install -y ${packages.join(" ")}`,
  );
  return 1;
};

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exit(await installSystemPackages({ browser: true }));
