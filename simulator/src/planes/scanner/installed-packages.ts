import type { SystemFiles } from "./layer-files.ts";

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** The source package; advisories of a distribution refer to it. */
  readonly source: { readonly name: string; readonly version: string };
}

export interface InstalledSystem {
  /** ID of os-release(5): `alpine`, `debian`. */
  readonly distribution: string;
  /** Undefined without a list of apk or dpkg. */
  readonly packages: readonly InstalledPackage[] | undefined;
}

/** Undefined for an image that does not say which system it is. */
export function readInstalledSystem(files: SystemFiles): InstalledSystem | undefined {
  const release = files.get("etc/os-release") ?? files.get("usr/lib/os-release");
  const distribution = /^ID=(["']?)([a-z0-9._-]+)\1\s*$/m.exec(release ?? "")?.[2];
  if (distribution === undefined) return undefined;
  return { distribution, packages: apkPackages(files) ?? dpkgPackages(files) };
}

/** Source of the format: apk-tools, doc "apk_db": a letter, a colon, the value; a blank line ends a package. */
function apkPackages(files: SystemFiles): InstalledPackage[] | undefined {
  const text = files.get("lib/apk/db/installed") ?? files.get("usr/lib/apk/db/installed");
  return text === undefined ? undefined : stanzas(text).flatMap(apkPackage);
}

function apkPackage(stanza: string): InstalledPackage[] {
  const field = fieldsOf(stanza, /^([A-Za-z]):(.*)$/gm);
  const [name, version] = [field.get("P"), field.get("V")];
  if (!name || !version) return [];
  return [{ name, version, source: { name: field.get("o") ?? name, version } }];
}

/** Source of the format: dpkg, deb-control(5) and the field Status of its own list. */
function dpkgPackages(files: SystemFiles): InstalledPackage[] | undefined {
  const lists = [...files].filter(
    ([path]) => path.startsWith("var/lib/dpkg/status") && !path.endsWith(".md5sums"),
  );
  return lists.length === 0 ? undefined : lists.flatMap(([, text]) => stanzas(text).flatMap(dpkgPackage));
}

function dpkgPackage(stanza: string): InstalledPackage[] {
  const field = fieldsOf(stanza, /^([A-Za-z-]+):(.*)$/gm);
  const [name, version, status] = [field.get("Package"), field.get("Version"), field.get("Status")];
  if (!name || !version || (status !== undefined && !status.endsWith(" installed"))) return [];
  // `Source: glibc (2.36-9)` when the source has another version than the package.
  const [, source = name, sourceVersion = version] =
    /^(\S+)(?: \((.+)\))?$/.exec(field.get("Source") ?? "") ?? [];
  return [{ name, version, source: { name: source, version: sourceVersion } }];
}

function stanzas(text: string): string[] {
  return text.split(/\n\s*\n/);
}

function fieldsOf(stanza: string, line: RegExp): Map<string, string> {
  return new Map([...stanza.matchAll(line)].map(([, name = "", value = ""]) => [name, value.trim()]));
}
