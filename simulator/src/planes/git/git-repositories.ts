import type { GitRun } from "./git-program.ts";

/** Bare repositories on disk, real Git under each, by the id of their CodeCommit repository: a name may change. */
export interface GitRepositories {
  /** Makes an empty one. */
  create(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Commit by branch name, without `refs/heads/`. */
  branches(id: string): Promise<ReadonlyMap<string, string>>;
  /** The files of a commit as a ZIP archive, as CodePipeline hands them on. Rejects when there is no such commit. */
  archive(id: string, commitId: string): Promise<Buffer>;
  /** Runs a command of Git in it; resolves to its standard output, rejects with GitError. */
  run(id: string, args: readonly string[], options?: GitRun): Promise<Buffer>;
  /** Ends every child process. */
  close(): Promise<void>;
}
