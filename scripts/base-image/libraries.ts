import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "./run.ts";

/** Before glibc 2.34 these are loaded on name resolution, which `ldd` cannot know. */
const loadedOnDemand = ["libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2"];

/** Returns the paths of all libraries that a program loads, including its dynamic linker. */
export async function findLibraries(program: string): Promise<string[]> {
  const listed = await run("ldd", [program]).catch((cause) => {
    throw new Error(
      `ldd ${program} failed: a Node base needs a Linux with glibc, such as Debian, Ubuntu or Fedora, not one with musl, such as Alpine`,
      { cause },
    );
  });
  const paths = parseLibraries(listed);
  const libc = paths.find((path) => path.endsWith("/libc.so.6"));
  if (!libc)
    throw new Error(
      `ldd ${program} names no libc.so.6: a Node base needs a Linux with glibc; it says\n${listed.trim()}`,
    );
  const beside = loadedOnDemand.map((name) => join(dirname(libc), name));
  const there = await Promise.all(
    beside.map((path) =>
      access(path).then(
        () => [path],
        () => [],
      ),
    ),
  );
  return [...new Set([...paths, ...there.flat()])].sort();
}

/**
 * Reads `libm.so.6 => /lib/libm.so.6 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`; the kernel's own library has no
 * file.
 */
export function parseLibraries(listed: string): string[] {
  const missing = /^\s*(\S+) => not found$/m.exec(listed)?.[1];
  if (missing) throw new Error(`Node needs ${missing}, which this machine does not have`);
  return [...listed.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/gm)].map(([, path = ""]) => path);
}
