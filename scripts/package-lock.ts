import { dirname } from "node:path";

/** Entry of `packages` in a package-lock.json; the key is its folder (docs.npmjs.com, package-lock.json). */
export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/**
 * Returns the keys of these packages and of all that they need.
 * @param hasDev whether the packages for development of this key belong to them, too
 */
export function neededPackages(
  packages: LockedPackages,
  keys: readonly string[],
  hasDev: (key: string) => boolean = () => false,
): ReadonlySet<string> {
  const kept = new Set<string>();
  const keep = (key: string) => {
    if (kept.has(key)) return;
    kept.add(key);
    const { link, resolved = "", ...each } = packages[key] as LockedPackage;
    if (link) return keep(resolved);
    const dev = hasDev(key) ? each.devDependencies : {};
    const names = { ...each.dependencies, ...dev, ...each.optionalDependencies, ...each.peerDependencies };
    for (const name of Object.keys(names)) {
      const found = locate(packages, key, name);
      if (found) keep(found);
    }
  };
  for (const key of keys) keep(key);
  return kept;
}

/** Finds a package as Node does: in the nearest `node_modules` above. Optional ones may be missing. */
function locate(packages: LockedPackages, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const key = folder === "." ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[key]) return key;
    if (folder === ".") return undefined;
  }
}
