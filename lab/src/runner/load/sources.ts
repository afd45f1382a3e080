import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { WorkflowRefused } from "../errors.ts";
import { git } from "./git.ts";

/** A checkout of one commit, with workflows and actions. `$/…` in a file of it is a path in the same checkout. */
export interface Source {
  /** `owner/name` */
  repository: string;
  /** As the caller gives it; undefined for the running commit. */
  ref?: string;
  /** The same ref as GitHub's claims state it: `refs/tags/v1`, `refs/heads/main`, or the commit. */
  fullRef?: string;
  commit?: string;
  directory: string;
}

/** The sources of one run. */
export interface Sources {
  /** The running commit. */
  own: Source;
  /** Names of the other repositories that can be used. */
  names: readonly string[];
  /** Checks out a ref of another repository. Throws WorkflowRefused if the repository or ref does not exist. */
  open(repository: string, ref: string, place: string): Promise<Source>;
}

/** Returns the name of a file or folder for messages and as a key: `path`, or `owner/name/path@ref`. */
export function nameIn({ repository, ref }: Source, path: string): string {
  if (ref === undefined) return path;
  return `${[repository, path].filter(Boolean).join("/")}@${ref}`;
}

/** Git repositories that workflows may use, by `owner/name`: a path on this machine, or a URL. */
export type Mirrors = Readonly<Record<string, string>>;

/** Keeps the checkouts of other repositories, each commit once, for all runs. */
export class SourceStore {
  private readonly mirrors: Mirrors;
  private readonly directory: string;
  private readonly checkouts = new Map<string, Promise<string>>();

  /** @param directory for the checkouts; the caller removes it */
  constructor(mirrors: Mirrors, directory: string) {
    this.mirrors = mirrors;
    this.directory = join(directory, "sources");
  }

  /** A ref is looked up once in a run, so that all its jobs get the same commit. */
  forRun(own: Source): Sources {
    const opened = new Map<string, Promise<Source>>();
    return {
      own,
      names: Object.keys(this.mirrors),
      open: (repository, ref, place) => {
        const key = `${repository}@${ref}`;
        const source = opened.get(key) ?? this.checkOut(repository, ref, place);
        opened.set(key, source);
        return source;
      },
    };
  }

  private async checkOut(repository: string, ref: string, place: string): Promise<Source> {
    const mirror = this.mirrors[repository];
    if (mirror === undefined) throw unknownRepository(place, repository, Object.keys(this.mirrors));
    await mkdir(this.directory, { recursive: true });
    const found = await findCommit(mirror, ref, this.directory).catch((cause) => {
      const problem = `the repository '${repository}' cannot be read: ${(cause as Error).message}`;
      throw new WorkflowRefused(`${place}: ${problem}`, { cause });
    });
    if (!found) throw unknownRef(place, repository, ref);
    const { commit, fullRef } = found;
    const checkout = this.checkouts.get(commit) ?? addCheckout(mirror, commit, this.directory);
    this.checkouts.set(commit, checkout);
    const directory = await checkout.catch((cause) => {
      this.checkouts.delete(commit);
      throw unknownRef(place, repository, ref, cause);
    });
    return { repository, ref, fullRef, commit, directory };
  }
}

function unknownRepository(place: string, repository: string, known: readonly string[]): WorkflowRefused {
  const which = known.length > 0 ? known.map((name) => `'${name}'`).join(", ") : "no other repository";
  const problem = `this runner has no mirror of the repository '${repository}'; it has ${which}`;
  return new WorkflowRefused(`${place}: ${problem}`);
}

function unknownRef(place: string, repository: string, ref: string, cause?: unknown): WorkflowRefused {
  const short = /^[0-9a-f]{4,39}$/.test(ref) ? "; a commit needs all its 40 digits" : "";
  const problem = `'${ref}' is not a tag, branch or commit of the repository '${repository}'${short}`;
  return new WorkflowRefused(`${place}: ${problem}`, { cause });
}

type Found = Required<Pick<Source, "commit" | "fullRef">>;

/** Resolves to the commit of a ref. As on GitHub, a tag takes precedence over a branch of the same name. */
async function findCommit(mirror: string, ref: string, directory: string): Promise<Found | undefined> {
  const names = [`refs/tags/${ref}^{}`, `refs/tags/${ref}`, `refs/heads/${ref}`];
  const listing = await git(directory, "ls-remote", "--", mirror, ...names);
  const commits = new Map(listing.split("\n").map((line) => line.split("\t").reverse() as [string, string]));
  const name = names.find((each) => commits.has(each));
  if (name !== undefined) return { commit: commits.get(name) ?? "", fullRef: name.replace("^{}", "") };
  return /^[0-9a-f]{40}$/.test(ref) ? { commit: ref, fullRef: ref } : undefined;
}

async function addCheckout(mirror: string, commit: string, parent: string): Promise<string> {
  const directory = join(parent, commit);
  await mkdir(directory, { recursive: true });
  await git(directory, "init", "--quiet");
  await git(directory, "fetch", "--quiet", "--depth", "1", "--", mirror, commit);
  await git(directory, "checkout", "--quiet", "--detach", commit);
  return directory;
}
