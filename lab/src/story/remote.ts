import { Refusal } from "@ecs-delivery/program/command-line";
import { git } from "../runner/load/git.ts";

/** Name of the remote to which a user pushes what is to be rehearsed. */
export const remote = "lab";

/** Refuses a repository whose user has a remote of this name, unless a killed rehearsal left it. */
export async function requireNoRemote(project: string): Promise<void> {
  const url = await git(project, "config", "--get", `remote.${remote}.url`).catch(() => "");
  if (url === "" || /\/lab-\d+-\d+-\w+-\w+\/repository\.git$/.test(url)) return;
  throw new Refusal(
    `${project} has a remote '${remote}' already (${url}). Fix: git remote rename ${remote} OTHER; the rehearsal needs the name`,
  );
}

/**
 * Adds the rehearsal's repository as a remote of the user's, until the rehearsal ends.
 * @param branch to which \`git push lab\` pushes HEAD
 */
export async function addRemote(
  { project, gitDirectory, branch }: { project: string; gitDirectory: string; branch: string },
  ends: AsyncDisposableStack,
): Promise<void> {
  // Removes the useless remote of a killed rehearsal.
  await git(project, "remote", "remove", remote).catch(() => {});
  ends.defer(async () => {
    await git(project, "remote", "remove", remote);
  });
  await git(project, "remote", "add", remote, gitDirectory);
  // "git push lab" is enough then, also without a branch, as after checking out a tag or a pull request.
  await git(project, "config", `remote.${remote}.push`, `HEAD:refs/heads/${branch}`);
}
