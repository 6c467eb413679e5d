import { megabytes } from "../format.js";
import { type InstalledPackage, installedPackages } from "../installed-packages.js";
import type { Detail, Measure } from "../measure.js";

const shown = 4;

function largestFirst(packages: readonly InstalledPackage[]): string {
  const sorted = [...packages].sort((a, b) => b.bytes - a.bytes);
  const named = sorted.slice(0, shown).map(({ name, bytes }) => `${name} ${megabytes(bytes)}`);
  return [...named, ...(sorted.length > shown ? [`and ${sorted.length - shown} more`] : [])].join(", ");
}

/** The packages that npm puts on the disk for a stdio server, and their size. */
export const installedSize: Measure = {
  name: "installed",
  run({ implementations }) {
    const cells: Record<string, { handshake: string }> = {};
    const details: Detail[] = [];
    for (const { id, label, install } of implementations) {
      if (install === undefined) continue;
      const packages = installedPackages(install.folder, install.packages);
      const bytes = packages.reduce((sum, one) => sum + one.bytes, 0);
      cells[id] = { handshake: `${packages.length} packages, ${megabytes(bytes)}` };
      details.push({ contender: label, value: largestFirst(packages) });
    }
    const title = "installed for a stdio server";
    return Promise.resolve([{ title, raw: "", cells, target: "5 packages, 12 MB", details }]);
  },
};
