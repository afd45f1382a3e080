import type { ImageLayer } from "../registry.ts";
import { type Advisory, severities } from "./advisories.ts";
import { compareApkVersions } from "./apk-version.ts";
import { compareDpkgVersions } from "./dpkg-version.ts";
import { type InstalledPackage, type InstalledSystem, readInstalledSystem } from "./installed-packages.ts";
import { createLayerReader } from "./layer-files.ts";

export interface ScanFinding {
  readonly advisory: Advisory;
  readonly version: string;
}

export type ScanResult = { readonly findings: readonly ScanFinding[] } | { readonly failure: string };

/** Lowest layer first. Rejects when a layer cannot be read. */
export type Scanner = (layers: readonly ImageLayer[]) => Promise<ScanResult>;

/** ECR's message for an image from scratch, or for a system that basic scanning does not support. */
const unsupported = "UnsupportedImageError: The operating system and/or package manager are not supported.";

const comparisons: Record<string, (a: string, b: string) => number> = {
  alpine: compareApkVersions,
  debian: compareDpkgVersions,
  ubuntu: compareDpkgVersions,
};

/** Systems that ECR scans by the package list of rpm, which nothing here reads. ECR user guide, "Troubleshooting image scanning". */
const withRpm = ["amzn", "centos", "ol", "rhel"];

/** Scans as ECR's basic scanning does: the packages that the system's package manager lists, nothing else. */
export function createScanner(advisories: readonly Advisory[]): Scanner {
  const readLayers = createLayerReader();
  return async (layers) => {
    const system = readInstalledSystem(await readLayers(layers));
    if (system && withRpm.includes(system.distribution))
      return { failure: `The simulator reads no rpm database, so it cannot scan ${system.distribution}.` };
    const compare = comparisons[system?.distribution ?? ""];
    if (!system?.packages || !compare) return { failure: unsupported };
    return { findings: match(system, system.packages, advisories, compare) };
  };
}

function match(
  { distribution }: InstalledSystem,
  packages: readonly InstalledPackage[],
  advisories: readonly Advisory[],
  compare: (a: string, b: string) => number,
): ScanFinding[] {
  const found = new Map<string, ScanFinding>();
  for (const advisory of advisories) {
    if (advisory.distribution !== distribution) continue;
    for (const { name, version, source } of packages) {
      const affected = [{ name, version }, source].find((each) => each.name === advisory.package);
      const fixed = advisory.fixedVersion;
      if (!affected || (fixed !== undefined && compare(affected.version, fixed) >= 0)) continue;
      // Several packages of one source are one finding.
      found.set(`${advisory.name} ${affected.name} ${affected.version}`, {
        advisory,
        version: affected.version,
      });
    }
  }
  const rank = ({ advisory }: ScanFinding) => severities.indexOf(advisory.severity);
  return [...found.values()].sort((a, b) => rank(a) - rank(b));
}
