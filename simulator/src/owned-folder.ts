import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mayBeAlive, thisProcess } from "../../scripts/run/processes.mjs";

/**
 * Creates a temporary folder whose name contains this process, and removes folders of killed processes. The owner
 * removes its own.
 */
export async function makeOwnedFolder(kind: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${kind}-${thisProcess()}-`)).catch((cause) => {
    throw new Error(
      `no folder can be made in ${tmpdir()} (${cause.code}). Fix: set TMPDIR to a writable one`,
      {
        cause,
      },
    );
  });
  await removeAbandoned(kind);
  return folder;
}

async function removeAbandoned(kind: string): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(`${kind}-`) && /^(\d+-\d+-\w+)-/.exec(name.slice(kind.length + 1))?.[1];
    if (!owner || mayBeAlive(owner)) continue;
    const folder = join(tmpdir(), name);
    // Another user's folder must be removed by that user.
    const isOurs = await lstat(folder).then(
      ({ uid }) => uid === process.getuid?.(),
      () => false,
    );
    if (isOurs) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
