import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** A package on the disk. */
export interface InstalledPackage {
  readonly name: string;
  readonly path: string;
  /** What its files and folders take on the disk, without the packages inside it. */
  readonly bytes: number;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Space is given out in blocks: a small file takes more than its length. Windows does not tell how much. */
function bytesOf(path: string): number {
  const { blocks, size } = statSync(path);
  return blocks === 0 ? size : blocks * 512;
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== "node_modules")
    .reduce((sum, entry) => {
      const path = join(folder, entry.name);
      return sum + (entry.isDirectory() ? bytesIn(path) : bytesOf(path));
    }, bytesOf(folder));
}

/** The folder that Node finds this package in, looking upwards from another one. */
function resolve(from: string, name: string): string | undefined {
  const candidate = join(from, "node_modules", name);
  if (existsSync(join(candidate, "package.json"))) return candidate;
  return dirname(from) === from ? undefined : resolve(dirname(from), name);
}

/** What npm installs with a package: all but its optional peers. An optional one may be missing. */
function neededBy(manifest: Manifest): readonly string[] {
  const peers = Object.keys(manifest.peerDependencies ?? {});
  return [
    ...Object.keys(manifest.dependencies ?? {}),
    ...peers.filter((name) => manifest.peerDependenciesMeta?.[name]?.optional !== true),
  ];
}

/**
 * These packages and everything they need, as installed below a folder, sorted by name.
 *
 * @throws Error when one of them is not there.
 */
export function installedPackages(folder: string, names: readonly string[]): readonly InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const visit = (from: string, name: string, optional: boolean): void => {
    const path = resolve(from, name);
    if (path === undefined && optional) return;
    if (path === undefined) throw new Error(`${name} is not installed in ${from}.`);
    if (found.has(path)) return;
    found.set(path, { name, path, bytes: bytesIn(path) });
    // Written by npm's own rules; other fields are not read.
    const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest;
    const optionals = Object.keys(manifest.optionalDependencies ?? {});
    for (const one of neededBy(manifest)) visit(path, one, optionals.includes(one));
    for (const one of optionals) visit(path, one, true);
  };
  for (const name of names) visit(folder, name, false);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
