import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { WorkflowRefused } from "../errors.ts";
import { git, gitFromAfar } from "./git.ts";

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
  /** Folder of the running package. */
  package: string | undefined;
  /** Whether actions that are neither known nor fetched are skipped. */
  leavesOut: boolean;
  /**
   * Checks out a ref of another repository; undefined if the repository is unknown and cannot be fetched. Throws
   * WorkflowRefused if the ref does not exist.
   */
  find(repository: string, ref: string, place: string): Promise<Source | undefined>;
  /** The same; throws WorkflowRefused for an unknown repository, too. */
  open(repository: string, ref: string, place: string): Promise<Source>;
}

/** Returns the name of a file or folder for messages and as a key: `path`, or `owner/name/path@ref`. */
export function nameIn({ repository, ref }: Source, path: string): string {
  if (ref === undefined) return path;
  return `${[repository, path].filter(Boolean).join("/")}@${ref}`;
}

/** Git repositories that workflows may use, by `owner/name`: a path on this machine, or a URL. */
export type Mirrors = Readonly<Record<string, string>>;

interface OwnPackage {
  directory: string;
  isOwn(repository: string): boolean;
  /** Values for inputs of its actions that no step gives, such as a wait that passes faster. */
  inputs?: Readonly<Record<string, string>>;
}

/** Where the actions and workflows of other repositories come from. */
export interface SourceOptions {
  /** An existing folder for all output of the runs; the caller removes it. */
  directory: string;
  /** Other repositories whose actions and workflows can be used; none by default. */
  mirrors?: Mirrors | undefined;
  /**
   * The package that runs, as a folder with `actions/` and `.github/workflows/`: it stands for each ref of the
   * repositories that are its own.
   */
  own?: OwnPackage | undefined;
  /** Returns the Git address of a repository without a mirror; undefined if it cannot be fetched. None by default. */
  fetchFrom?: ((repository: string) => string | undefined) | undefined;
  /** "leave-out" skips an action that is neither known nor fetched, if nothing uses its outputs. "refuse" by default. */
  unknownActions?: "refuse" | "leave-out" | undefined;
}

/** Keeps the checkouts of other repositories, each commit once, for all runs. */
export class SourceStore {
  private readonly options: SourceOptions;
  private readonly directory: string;
  private readonly checkouts = new Map<string, Promise<string>>();
  /** Hosts that did not respond in time, so that nothing waits for them again. */
  private readonly silent = new Set<string>();

  constructor(options: SourceOptions) {
    this.options = options;
    this.directory = join(options.directory, "sources");
  }

  /** A ref is looked up once in a run, so that all its jobs get the same commit. */
  forRun(own: Source): Sources {
    const found = new Map<string, Promise<Source | undefined>>();
    const names = Object.keys(this.options.mirrors ?? {});
    const find: Sources["find"] = (repository, ref, place) => {
      const key = `${repository}@${ref}`;
      // The rehearsal knows no other commit of the running repository.
      const isOwn = repository === own.repository && !names.includes(repository);
      const running = isOwn ? Promise.resolve({ ...own, ref, ...fullRefOf(ref) }) : undefined;
      const source = found.get(key) ?? running ?? this.find(repository, ref, place);
      found.set(key, source);
      return source;
    };
    return {
      own,
      names,
      package: this.options.own?.directory,
      leavesOut: this.options.unknownActions === "leave-out",
      find,
      open: async (repository, ref, place) => {
        const source = await find(repository, ref, place);
        if (!source) throw unknownRepository(place, repository, names, this.options.fetchFrom !== undefined);
        return source;
      },
    };
  }

  private async find(repository: string, ref: string, place: string): Promise<Source | undefined> {
    const { mirrors = {}, own, fetchFrom } = this.options;
    await mkdir(this.directory, { recursive: true });
    const mirror = mirrors[repository];
    if (mirror !== undefined) return this.checkOut(mirror, repository, ref, place);
    if (own?.isOwn(repository)) return { repository, ref, ...fullRefOf(ref), directory: own.directory };
    const address = fetchFrom?.(repository);
    return address === undefined ? undefined : this.fetchSource(address, repository, ref, place);
  }

  private async checkOut(mirror: string, repository: string, ref: string, place: string): Promise<Source> {
    const found = await findCommit(git, mirror, ref, this.directory).catch((cause) => {
      const problem = `the repository '${repository}' cannot be read: ${(cause as Error).message}`;
      throw new WorkflowRefused(`${place}: ${problem}`, { cause });
    });
    if (!found) throw unknownRef(place, repository, ref);
    const directory = await this.checkOutCommit(git, mirror, found.commit).catch((cause) => {
      throw unknownRef(place, repository, ref, cause);
    });
    return { repository, ref, ...found, directory };
  }

  /** A repository that is private, or behind a network that does not respond, counts as not fetched. */
  private async fetchSource(
    address: string,
    repository: string,
    ref: string,
    place: string,
  ): Promise<Source | undefined> {
    const host = URL.canParse(address) ? new URL(address).host : address;
    if (this.silent.has(host)) return undefined;
    try {
      const found = await findCommit(gitFromAfar, address, ref, this.directory);
      if (!found) throw unknownRef(place, repository, ref);
      const directory = await this.checkOutCommit(gitFromAfar, address, found.commit);
      return { repository, ref, ...found, directory };
    } catch (error) {
      if (error instanceof WorkflowRefused) throw error;
      if (((error as Error).cause as { killed?: boolean } | undefined)?.killed) this.silent.add(host);
      return undefined;
    }
  }

  private async checkOutCommit(run: typeof git, address: string, commit: string): Promise<string> {
    const checkout = this.checkouts.get(commit) ?? addCheckout(run, address, commit, this.directory);
    this.checkouts.set(commit, checkout);
    return checkout.catch((error) => {
      this.checkouts.delete(commit);
      throw error;
    });
  }
}

/** Returns the usual meaning of a ref that is not looked up. */
function fullRefOf(ref: string): { fullRef: string; commit?: string } {
  if (/^[0-9a-f]{40}$/.test(ref)) return { fullRef: ref, commit: ref };
  return { fullRef: `refs/${/^v?\d/.test(ref) ? "tags" : "heads"}/${ref}` };
}

function unknownRepository(
  place: string,
  repository: string,
  known: readonly string[],
  fetches: boolean,
): WorkflowRefused {
  const which = known.length > 0 ? known.map((name) => `'${name}'`).join(", ") : "no other repository";
  const problem = `this runner has no mirror of the repository '${repository}'; it has ${which}`;
  const fix = `, and it cannot be fetched. Fix: clone it, and give it with --mirror ${repository}=FOLDER`;
  return new WorkflowRefused(`${place}: ${problem}${fetches ? fix : ""}`);
}

function unknownRef(place: string, repository: string, ref: string, cause?: unknown): WorkflowRefused {
  const short = /^[0-9a-f]{4,39}$/.test(ref) ? "; a commit needs all its 40 digits" : "";
  const problem = `'${ref}' is not a tag, branch or commit of the repository '${repository}'${short}`;
  return new WorkflowRefused(`${place}: ${problem}`, { cause });
}

type Found = Required<Pick<Source, "commit" | "fullRef">>;

/** Resolves to the commit of a ref. As on GitHub, a tag takes precedence over a branch of the same name. */
async function findCommit(
  run: typeof git,
  mirror: string,
  ref: string,
  directory: string,
): Promise<Found | undefined> {
  const names = [`refs/tags/${ref}^{}`, `refs/tags/${ref}`, `refs/heads/${ref}`];
  const listing = await run(directory, "ls-remote", "--", mirror, ...names);
  const commits = new Map(listing.split("\n").map((line) => line.split("\t").reverse() as [string, string]));
  const name = names.find((each) => commits.has(each));
  if (name !== undefined) return { commit: commits.get(name) ?? "", fullRef: name.replace("^{}", "") };
  return /^[0-9a-f]{40}$/.test(ref) ? { commit: ref, fullRef: ref } : undefined;
}

async function addCheckout(run: typeof git, mirror: string, commit: string, parent: string): Promise<string> {
  const directory = join(parent, commit);
  await mkdir(directory, { recursive: true });
  await git(directory, "init", "--quiet");
  await run(directory, "fetch", "--quiet", "--depth", "1", "--", mirror, commit);
  await git(directory, "checkout", "--quiet", "--detach", commit);
  return directory;
}
