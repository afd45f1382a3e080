import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";

export interface MountAction {
  /** Covers a folder by an empty one or a socket by nothing, or shows a file or folder: to read, or to write as well. */
  action: "hide" | "mask" | "show" | "write";
  path: string;
  /** Where its content is, if elsewhere. */
  from?: string;
}

/** Folders with the files of users, sockets of services, and other file systems. */
const hiddenFolders = ["/home", "/root", "/run", "/tmp", "/var/tmp", "/mnt", "/media"];

/** Folders of a home whose own content is of many programs. A PATH that leads into one shows only its part of it. */
const shared = ".local .local/share .local/state .config .cache .cargo .docker .aws .npm".split(" ");

/** Returns the parts of a step's file system that differ from the machine's, in this order. */
export function planMounts(options: {
  /** Folder for temporary files of steps. */
  temporary: string;
  writable: readonly string[];
  readable: readonly string[];
  path: string;
}): MountAction[] {
  const homes = [homedir(), userInfo().homedir, ...hiddenFolders, ...projectFolder()];
  const hidden = [...new Set(homes.filter(existsSync).map((each) => realpathSync(each)))].sort();
  const isIn = (path: string, folders: readonly string[]) =>
    folders.some((folder) => path.startsWith(`${folder}/`));
  // The namespace has devices of its own.
  const isHidden = (path: string) => isIn(path, [...hidden, "/dev"]);
  const outer = hidden.filter((folder) => !isIn(folder, hidden));
  const shown = [
    ...options.path.split(":").flatMap((folder) => programsOf(folder)),
    ...options.readable,
    process.execPath,
  ];
  const show = (path: string): MountAction[] => {
    if (!existsSync(path)) return [];
    const from = realpathSync(path);
    return [...new Set([path, from])].filter(isHidden).map((each) => ({ action: "show", path: each, from }));
  };
  return [
    ...outer.map((path) => ({ action: "hide", path }) as const),
    ...["/tmp", "/var/tmp"].map((path) => ({ action: "write", path, from: options.temporary }) as const),
    ...[...new Set(shown)].sort().flatMap(show),
    ...options.writable.map((path) => ({ action: "write", path: realpathSync(path) }) as const),
    // Again, for those within a writable folder.
    ...options.readable.flatMap(show),
    ...socketsOf().flatMap((path) => (isHidden(path) ? [] : [{ action: "mask", path } as const])),
  ];
}

/** The user's own checkout has files that no commit has, such as `.env`. */
const projectFolder = () => (existsSync(".git") ? [process.cwd()] : []);

/** Returns a folder of PATH with what its programs need: their installation, and the targets of their links. */
function programsOf(folder: string): string[] {
  if (!folder.startsWith("/") || dirname(folder) === "/" || isShared(folder)) return [];
  if (!isShared(dirname(folder))) return [dirname(folder)];
  try {
    const links = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isSymbolicLink());
    const targets = links.map(({ name }) => resolve(folder, readlinkSync(join(folder, name))));
    return [folder, ...targets.map(installationOf)];
  } catch {
    // It does not exist, or belongs to another user.
    return [];
  }
}

/** Returns the folder below a shared one, such as `~/.local/pipx`; elsewhere only the program's own folder. */
function installationOf(target: string): string {
  let path = dirname(target);
  while (!isShared(dirname(path)) && dirname(path) !== "/") path = dirname(path);
  return dirname(path) === "/" || isHome(dirname(path)) ? dirname(target) : path;
}

const isHome = (path: string) => path === homedir() || /^\/(?:root|home\/[^/]+)$/.test(path);

/** Returns whether a folder is a home, or one of those in it whose content is of many programs. */
const isShared = (path: string) =>
  isHome(path) || shared.some((each) => path.endsWith(`/${each}`) && isHome(path.slice(0, -each.length - 1)));

/** Paths of the sockets on which services of this machine listen. */
function socketsOf(): string[] {
  try {
    const lines = readFileSync("/proc/net/unix", "utf8").split("\n");
    return [...new Set(lines.flatMap((line) => / (\/.+)$/.exec(line)?.[1] ?? []))];
  } catch {
    return [];
  }
}
