import { dirname } from "node:path/posix";

interface LockedPackage {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface PackageLock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** Returns a lock file for the workspaces `services/*` alone, with the versions of the whole project. */
export function lockOf({ packages, ...lock }: PackageLock, manifest: { name: string; workspaces: string[] }) {
  const kept = new Set<string>();
  const keep = (key: string) => {
    if (kept.has(key)) return;
    kept.add(key);
    const { link, resolved = "", ...each } = packages[key] as LockedPackage;
    if (link) return keep(resolved);
    const dev = key.startsWith("services/") ? each.devDependencies : {};
    const names = { ...each.dependencies, ...dev, ...each.optionalDependencies, ...each.peerDependencies };
    for (const name of Object.keys(names)) {
      const found = locate(packages, key, name);
      if (found) keep(found);
    }
  };
  for (const [key, { link, resolved }] of Object.entries(packages))
    if (link && resolved?.startsWith("services/")) keep(key);
  const root = { name: manifest.name, workspaces: manifest.workspaces };
  const entries = Object.entries(packages).filter(([key]) => kept.has(key));
  return {
    ...lock,
    name: manifest.name,
    version: undefined,
    packages: { "": root, ...Object.fromEntries(entries) },
  };
}

/** Finds a package as Node does: in the nearest `node_modules` above. Optional ones may be missing. */
function locate(packages: PackageLock["packages"], from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const key = folder === "." ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[key]) return key;
    if (folder === ".") return undefined;
  }
}
