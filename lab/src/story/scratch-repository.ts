import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../runner/git.ts";

export interface ScratchRepository {
  /** Bare; what the runner takes commits from and `git push lab` sends to. */
  gitDirectory: string;
  /** A checkout of the project's last commit, for the story's own changes. */
  workDirectory: string;
  head: string;
  subject: string;
  commit(message: string): Promise<string>;
  push(): Promise<void>;
}

const identity = ["-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@example.com"];

/**
 * Copies the project's last commit into a bare repository and a checkout of it.
 * @param hook program whose text becomes the post-receive hook
 */
export async function createScratchRepository(
  project: string,
  directory: string,
  hook: string,
): Promise<ScratchRepository> {
  const head = await git(project, "rev-parse", "HEAD").catch((cause) => {
    throw new Error(`${project} is not a git repository with a commit; the lab deploys commits`, { cause });
  });
  const gitDirectory = join(directory, "repository.git");
  const workDirectory = join(directory, "checkout");
  await mkdir(gitDirectory, { recursive: true });
  await git(gitDirectory, "init", "--quiet", "--bare", "--initial-branch", "main");
  // A CI system's checkout may be without history.
  await git(gitDirectory, "config", "receive.shallowUpdate", "true");
  await git(project, "push", "--quiet", gitDirectory, `${head}:refs/rehearsal/start`);
  await writeHook(gitDirectory, hook);
  await mkdir(workDirectory);
  await git(workDirectory, "init", "--quiet", "--initial-branch", "main");
  await git(workDirectory, "fetch", "--quiet", "--update-shallow", gitDirectory, "refs/rehearsal/start");
  await git(workDirectory, "reset", "--quiet", "--hard", "FETCH_HEAD");
  return {
    gitDirectory,
    workDirectory,
    head,
    subject: await git(project, "log", "-1", "--format=%s"),
    async commit(message) {
      await git(workDirectory, "add", "--all");
      await git(workDirectory, ...identity, "commit", "--quiet", "-m", message);
      return git(workDirectory, "rev-parse", "HEAD");
    },
    async push() {
      await git(workDirectory, "push", "--quiet", gitDirectory, "HEAD:refs/heads/main");
    },
  };
}

async function writeHook(gitDirectory: string, hook: string): Promise<void> {
  const file = join(gitDirectory, "hooks", "post-receive");
  await mkdir(join(gitDirectory, "hooks"), { recursive: true });
  await writeFile(file, hook);
  await chmod(file, 0o755);
}
