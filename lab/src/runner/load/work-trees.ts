import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { borrowObjects, git } from "./git.ts";

/**
 * Checkouts of a repository. The files of an ended one are kept: the next one writes what differs, not thousands of
 * files. All else in it is new: settings, hooks, history; files that Git does not track are removed.
 */
export class WorkTrees {
  private readonly kept: string[] = [];
  private count = 0;
  private readonly gitDirectory: string;
  private readonly directory: string;

  /**
   * @param gitDirectory whose objects the checkouts read
   * @param directory for kept files; the caller removes it
   */
  constructor(gitDirectory: string, directory: string) {
    this.gitDirectory = gitDirectory;
    this.directory = join(directory, "work-trees");
  }

  /** Makes a folder a repository, in which commits can be checked out with `--force`. */
  async open(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true });
    const kept = (await readdir(directory)).length === 0 ? this.kept.pop() : undefined;
    // Replaces the empty folder.
    if (kept) await rename(kept, directory);
    await git(directory, "init", "--quiet", "--initial-branch", "main");
    await borrowObjects(join(directory, ".git"), this.gitDirectory);
    if (kept) await git(directory, "clean", "--quiet", "-ffdx");
  }

  /** Takes the files of a folder that nothing uses any more. Leaves a folder that is no checkout as it is. */
  async keep(directory: string): Promise<void> {
    const kept = join(this.directory, String(++this.count));
    const index = join(directory, ".git", "index");
    if (!existsSync(index)) return;
    await mkdir(this.directory, { recursive: true });
    await rename(index, `${kept}.index`);
    await rename(directory, kept);
    await rm(join(kept, ".git"), { recursive: true });
    await mkdir(join(kept, ".git"));
    await rename(`${kept}.index`, join(kept, ".git", "index"));
    this.kept.push(kept);
  }
}
