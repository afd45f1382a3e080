import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mayBeAlive, thisProcess } from "@ecs-delivery/program/processes";
import { memoryFolder } from "@ecs-delivery/program/temporary-folder";

/**
 * Creates a temporary folder whose name contains this process, and removes those of killed processes wherever they may
 * have been made. The owner removes its own.
 */
export async function makeOwnedFolder(kind: string, parent = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(parent, `${kind}-${thisProcess()}-`)).catch((cause) => {
    throw new Error(`no folder can be made in ${parent} (${cause.code}). Fix: set TMPDIR to a writable one`, {
      cause,
    });
  });
  for (const place of new Set([parent, tmpdir(), memoryFolder])) await removeAbandoned(kind, place);
  return folder;
}

async function removeAbandoned(kind: string, place: string): Promise<void> {
  for (const name of await readdir(place).catch(() => [])) {
    const owner = name.startsWith(`${kind}-`) && /^(\d+-\d+-\w+)-/.exec(name.slice(kind.length + 1))?.[1];
    if (!owner || mayBeAlive(owner)) continue;
    const folder = join(place, name);
    // Another user's folder must be removed by that user.
    const isOurs = await lstat(folder).then(
      ({ uid }) => uid === process.getuid?.(),
      () => false,
    );
    if (isOurs) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
