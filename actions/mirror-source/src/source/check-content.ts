import { namesOfSensitive, privateKeyPattern, refusePrivateKeys } from "../../../shared/sensitive-files.ts";
import type { MirrorContext } from "../context.ts";
import { type Git, GitError } from "../git/git.ts";
import type { MirrorInputs } from "../inputs.ts";

/** Refuses private keys among the files that are mirrored, and warns of others that rarely belong there. */
export async function checkContent(
  { log }: MirrorContext,
  git: Git,
  commit: string,
  { snapshot, allowedKeys }: MirrorInputs,
): Promise<void> {
  const folder = snapshot ? ["--", snapshot.path] : [];
  const keys = await listPaths(git, [
    "grep",
    "-z",
    "-l",
    "-I",
    "-E",
    "-e",
    privateKeyPattern,
    commit,
    ...folder,
  ]);
  const files = keys.map((name) => name.slice(commit.length + 1));
  refusePrivateKeys(
    files.filter((file) => !allowedKeys.includes(file)),
    "remove them from the repository and replace them where they are used, or list test keys in the input allow-private-keys; nothing was changed.",
  );
  const paths = await listPaths(git, [
    "ls-tree",
    "-r",
    "-z",
    "--name-only",
    "--full-tree",
    commit,
    ...folder,
  ]);
  const found = namesOfSensitive(paths, ["dependencies", "environment", "keys"]);
  if (found)
    log.warning(
      `The mirror contains ${found}. Everyone who can read the CodeCommit repository can read them.`,
    );
}

/** `git grep` ends with 1 when it finds nothing. */
async function listPaths(git: Git, commandArguments: readonly string[]): Promise<string[]> {
  const listing = await git.text(commandArguments).catch((error) => {
    if (!(error instanceof GitError) || error.stderr !== "") throw error;
    return "";
  });
  return listing.split("\0").filter((path) => path !== "");
}
