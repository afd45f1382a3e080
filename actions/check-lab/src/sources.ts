import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { privateKeyPattern } from "../../core/sensitive-files.ts";
import type { Account } from "./account/account.ts";
import { hint } from "./choices.ts";
import { type DefinitionFile, readDefinitions } from "./definitions.ts";
import { Missing, once, Unreadable } from "./outcome.ts";
import { deliveryActionsOf, type ServiceName } from "./parts.ts";
import type { Roles } from "./roles.ts";

/** Files of a Git repository. */
export interface Source {
  /** For messages. */
  readonly name: string;
  /** Paths with `/`. Of a large CodeCommit repository the upper folders only. */
  paths(): Promise<readonly string[]>;
  /** Is undefined if the file does not exist. */
  text(path: string): Promise<string | undefined>;
  /** Git's id of each file's content, by path. */
  blobs(): Promise<ReadonlyMap<string, string>>;
}

/** A checkout on this machine. */
export interface Checkout extends Source {
  remotes(): Promise<readonly string[]>;
  /** Is undefined if it is not a file, or larger than 5 MB. */
  bytes(path: string): Promise<Uint8Array | undefined>;
  /** Paths of files that hold a private key. */
  withPrivateKey(): Promise<readonly string[]>;
}

const largestFile = 5 * 1024 ** 2;

export function openCheckout(folder: string): Checkout {
  const git = once(async (...args: string[]) => {
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
    return promisify(execFile)("git", args, options).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") throw new Unreadable("the program git is not installed");
      throw new Unreadable(`${folder} is not a Git repository`);
    });
  });
  const list = async (...args: string[]) =>
    (await git(...args)).stdout.split(args.includes("-z") ? "\0" : "\n").filter(Boolean);
  return {
    name: `the repository in ${folder}`,
    paths: () => list("ls-files", "-z"),
    text: once((path: string) => readFile(join(folder, path), "utf8").catch(() => undefined)),
    blobs: once(async () => {
      const entries = await list("ls-files", "-s", "-z");
      return new Map(
        entries.flatMap((entry) => {
          const [, id = "", path = ""] = /^\d+ (\w+) \d\t([\s\S]+)$/.exec(entry) ?? [];
          return path ? [[path, id] as const] : [];
        }),
      );
    }),
    bytes: async (path) => {
      const found = await stat(join(folder, path)).catch(() => undefined);
      return found?.isFile() && found.size <= largestFile ? readFile(join(folder, path)) : undefined;
    },
    remotes: () => list("remote"),
    // Without a match git grep fails.
    withPrivateKey: () => list("grep", "-z", "-lIE", "-e", privateKeyPattern, "--").catch(() => []),
  };
}

/** Each folder is a request. */
const mostFolders = 150;

export function openCodeCommit(account: Account, repository: string, branch: string): Source {
  const blobs = once(async () => {
    const found = new Map<string, string>();
    const folders = ["/"];
    for (let read = 0; read < folders.length && read < mostFolders; read++) {
      const { files = [], subFolders = [] } = await account.gitFolder(
        repository,
        branch,
        folders[read] ?? "",
      );
      for (const { absolutePath = "", blobId = "" } of files) found.set(absolutePath, blobId);
      for (const { absolutePath = "" } of subFolders)
        if (/(^|\/)node_modules$/.test(absolutePath)) found.set(`${absolutePath}/`, "");
        else folders.push(absolutePath);
    }
    return found;
  });
  return {
    name: `the CodeCommit repository ${repository}, branch ${branch}`,
    paths: async () => [...(await blobs()).keys()],
    blobs,
    text: (path) => account.gitFile(repository, branch, path),
  };
}

/** At most so many repositories are searched. */
const mostRepositories = 10;

export interface Definitions {
  readonly source: Source;
  readonly files: readonly DefinitionFile[];
  /** Whether the pipeline of the service reads them. */
  readonly isWired: boolean;
}

export type Sources = ReturnType<typeof findSources>;

/** Finds the code and the definition files, in CodeCommit as the course has them, or in the checkout. */
export function findSources(account: Account, roles: Roles, checkout: Checkout) {
  const openBranch = async (repository: string, branch: string): Promise<Source | undefined> =>
    (await account.branch(repository, branch)) ? openCodeCommit(account, repository, branch) : undefined;
  const open = async (repository: string): Promise<Source | undefined> => {
    for (const branch of ["dev", "main", "master"]) {
      const source = await openBranch(repository, branch);
      if (source) return source;
    }
    return undefined;
  };

  /** The branch that the pipeline of a service reads. */
  const pipelineBranch = once(async (service: ServiceName) => {
    const pipeline = await hint(roles.pipeline(service));
    const { RepositoryName, BranchName = "" } =
      (pipeline && deliveryActionsOf(pipeline).files?.configuration) ?? {};
    return RepositoryName === undefined ? undefined : { repository: RepositoryName, branch: BranchName };
  });

  /** The repository with the folders of the services; without any, the one whose name fits. */
  const codeRepository = once(async (): Promise<string | undefined> => {
    const names = (await account.gitRepositories()).filter((name) => name !== "deployment");
    const likely = names.filter((name) => /micro|coffee|supplier|code|app/i.test(name));
    const named = names.find((name) => name === "microservices") ?? likely[0];
    let found: string | undefined;
    for (const name of new Set([...(named ? [named] : []), ...likely, ...names].slice(0, mostRepositories)))
      if (folderOf("employee", (await (await open(name))?.paths()) ?? [])) {
        found = name;
        break;
      }
    const chosen = found ?? named;
    if (chosen) roles.taken.set("the code repository", chosen);
    return chosen;
  });

  return {
    checkout,
    pipelineBranch,
    codeRepository,
    code: once(async (): Promise<Source> => {
      const repository = await hint(codeRepository());
      const remote = repository === undefined ? undefined : await open(repository);
      if (remote && folderOf("employee", await remote.paths())) return remote;
      // Unreadable: then the code may be there.
      if (!folderOf("employee", (await hint(checkout.paths())) ?? [])) await codeRepository();
      return checkout;
    }),
    /** The files that deploy a service: where its pipeline reads, else in the course's repository or another one. */
    definitions: once(async (service: ServiceName): Promise<Definitions> => {
      const wired = await pipelineBranch(service);
      const code = await hint(codeRepository());
      const names = (await hint(account.gitRepositories())) ?? [];
      const likely = names.filter((name) => name === "deployment" || name === wired?.repository);
      const places = [
        ...(wired ? [() => openBranch(wired.repository, wired.branch)] : []),
        ...[...new Set([...likely, ...names.filter((name) => name !== code).slice(0, mostRepositories)])].map(
          (name) => () => open(name),
        ),
      ];
      let first: Definitions | undefined;
      for (const [index, openPlace] of places.entries()) {
        const source = await openPlace();
        if (!source) continue;
        const files = await readDefinitions(source);
        const found = { source, files, isWired: wired !== undefined && index === 0 };
        if (files.length > 0) return found;
        first ??= found;
      }
      if (first) return first;
      const name = wired?.repository ?? "deployment";
      throw new Missing(
        (await account.gitRepositories()).includes(name)
          ? `The CodeCommit repository ${name} has no branch ${wired?.branch ?? "dev"}`
          : `The CodeCommit repository ${name} does not exist`,
      );
    }),
  };
}

/** The upper folder of a service, such as `employee` or `employee-service`, with a Dockerfile or a package.json. */
export function folderOf(service: ServiceName, paths: readonly string[]): string | undefined {
  const found = paths.flatMap((path) => /^(.*?)\/(?:Dockerfile|package\.json)$/.exec(path)?.[1] ?? []);
  const shortest = (fits: (name: string) => boolean) =>
    found
      .filter((folder) => fits((folder.split("/").at(-1) ?? "").toLowerCase()))
      .sort((one, other) => one.length - other.length)[0];
  return (
    shortest((name) => name === service) ??
    shortest((name) => name.startsWith(`${service}-`) || name.startsWith(`${service}_`))
  );
}
