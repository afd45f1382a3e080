import { readFileSync, statfsSync } from "node:fs";
import { freemem, tmpdir } from "node:os";

/** Linux's folder in memory. */
export const memoryFolder = "/dev/shm";

/**
 * Returns the folder for temporary files: the one that TMPDIR names; else the one in memory, where programs may start
 * from it and so many bytes are free; else the system's. Some disks need a millisecond of processor time for each new
 * file, and packages have thousands.
 */
export function temporaryFolder(bytes: number): string {
  return !process.env.TMPDIR && hasRoom(bytes) ? memoryFolder : tmpdir();
}

function hasRoom(bytes: number): boolean {
  try {
    const mounts = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" "));
    const [, , kind, options = ""] = mounts.findLast(([, path]) => path === memoryFolder) ?? [];
    const { bavail, bsize } = statfsSync(memoryFolder);
    const fits = Math.min(bavail * bsize, freemem()) >= bytes;
    return kind === "tmpfs" && !options.split(",").includes("noexec") && fits;
  } catch {
    return false;
  }
}
