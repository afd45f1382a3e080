import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MirrorContext } from "../context.ts";
import { createGit, type Git } from "../git/git.ts";
import type { Source } from "./open-source.ts";

/**
 * Works in an empty repository that borrows the objects of the checked-out one. The latter stays as it is: its
 * configuration and hooks are not used, and nothing fetched or created stays in it.
 */
export async function inScratchRepository<T>(
  context: MirrorContext,
  { objects }: Source,
  use: (git: Git) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(context.variables.RUNNER_TEMP || tmpdir(), "mirror-"));
  try {
    const git = createGit(folder, context);
    await git.text(["init", "--quiet", "--bare", "--template=", "."]);
    await writeFile(join(folder, "objects/info/alternates"), `${objects}\n`);
    return await use(git);
  } finally {
    // Git's own children may still be ending after a cancellation.
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
