import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { borrowObjects, git } from "../runner/load/git.ts";
import type { Change } from "./change.ts";

export interface ScratchRepository {
  /** Bare repository from which the runner takes commits; `git push lab` pushes to it. */
  gitDirectory: string;
  /** A checkout of the project's last commit, for the story's own changes. */
  workDirectory: string;
  /** The project's folder of objects, which both read. */
  objects: string;
  /** The project's last commit. */
  head: string;
  subject: string;
  /** The commit where main begins. */
  start: string;
  /** Takes the commit of main, which a user may have pushed, as the one that the next change follows. */
  moveTo(commit: string): Promise<void>;
  /** Commits a change of one file. */
  commit(change: Change): Promise<string>;
  push(): Promise<void>;
}

/** Path of the bare repository in the folder of a rehearsal. */
export const gitDirectoryIn = (directory: string) => join(directory, "repository.git");

const identity = ["-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@example.com"];

/**
 * Creates a bare repository and a checkout of the project's last commit. They read the project's objects, and never
 * write there.
 * @param hooks name and text of each
 * @param preparations committed before main begins
 */
export async function createScratchRepository(
  project: string,
  directory: string,
  hooks: Readonly<Record<string, string>>,
  preparations: readonly Change[] = [],
): Promise<ScratchRepository> {
  const head = await git(project, "rev-parse", "HEAD").catch((cause) => {
    throw new Error(`${project} is not a git repository with a commit; the lab deploys commits`, { cause });
  });
  const subject = await git(project, "log", "-1", "--format=%s");
  const gitDirectory = gitDirectoryIn(directory);
  const workDirectory = join(directory, "checkout");
  await Promise.all([mkdir(workDirectory, { recursive: true }), mkdir(gitDirectory, { recursive: true })]);
  await git(gitDirectory, "init", "--quiet", "--bare", "--initial-branch", "main");
  await git(workDirectory, "init", "--quiet", "--initial-branch", "main");
  const objects = await git(project, "rev-parse", "--path-format=absolute", "--git-path", "objects");
  await borrowObjects(gitDirectory, dirname(objects));
  await borrowObjects(join(workDirectory, ".git"), gitDirectory);
  // History begins here if the clone is incomplete: a partial history cannot be mirrored.
  let start = (await hasAllHistory(project))
    ? head
    : await git(gitDirectory, ...identity, "commit-tree", `${head}^{tree}`, "-m", subject);
  await git(workDirectory, "reset", "--quiet", "--hard", start);
  const { commit, moveTo } = createCommitter(workDirectory);
  for (const change of preparations) start = await commit(change);
  await git(workDirectory, "push", "--quiet", gitDirectory, `${start}:refs/rehearsal/start`);
  await git(gitDirectory, "config", "receive.advertisePushOptions", "true");
  for (const [name, text] of Object.entries(hooks)) await writeHook(gitDirectory, name, text);
  return {
    gitDirectory,
    workDirectory,
    objects,
    head,
    subject,
    start,
    commit,
    moveTo,
    async push() {
      const pushed = await git(workDirectory, "rev-parse", "HEAD");
      await git(workDirectory, "push", "--quiet", gitDirectory, `${pushed}:refs/heads/main`);
    },
  };
}

function createCommitter(workDirectory: string): Pick<ScratchRepository, "commit" | "moveTo"> {
  const originals = new Map<string, string>();
  let head: string | undefined;
  return {
    async commit({ message, path, edit }) {
      const file = join(workDirectory, path);
      const text = await readFile(file, "utf8");
      const original = originals.get(path) ?? text;
      originals.set(path, original);
      await writeFile(file, edit(original, text));
      await git(workDirectory, "add", "--", path);
      // A fork may already contain the story's change.
      await git(workDirectory, ...identity, "commit", "--quiet", "--allow-empty", "-m", message);
      head = await git(workDirectory, "rev-parse", "HEAD");
      return head;
    },
    async moveTo(commit) {
      head ??= await git(workDirectory, "rev-parse", "HEAD");
      if (commit === head) return;
      await git(workDirectory, "reset", "--quiet", "--hard", commit);
      head = commit;
      originals.clear();
    },
  };
}

/** Returns false for the clone of a CI system, and for one that fetches objects only on demand. */
async function hasAllHistory(project: string): Promise<boolean> {
  const isShallow = (await git(project, "rev-parse", "--is-shallow-repository")) === "true";
  const promisors = await git(project, "config", "--get-regexp", "^remote\\..*\\.promisor$").catch(() => "");
  return !isShallow && promisors === "";
}

async function writeHook(gitDirectory: string, name: string, text: string): Promise<void> {
  const file = join(gitDirectory, "hooks", name);
  await mkdir(join(gitDirectory, "hooks"), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
}
