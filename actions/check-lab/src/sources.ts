import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { privateKeyPattern } from "../../core/sensitive-files.ts";
import type { Account } from "./account/account.ts";
import { Missing, once, Unreadable } from "./outcome.ts";
import { type ServiceName, services } from "./parts.ts";
import { hint, type Roles } from "./roles.ts";

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
  /** Paths of files that hold a private key. */
  withPrivateKey(): Promise<readonly string[]>;
}

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

export type Sources = ReturnType<typeof findSources>;

/** Finds the code and the definition files, in CodeCommit as the course has them, or in the checkout. */
export function findSources(account: Account, roles: Roles, checkout: Checkout) {
  const open = async (repository: string): Promise<Source | undefined> => {
    for (const branch of ["dev", "main", "master"])
      if (await account.branch(repository, branch)) return openCodeCommit(account, repository, branch);
    return undefined;
  };

  /** The repository that the pipelines read, or the one of the course's name. */
  const deploymentRepository = once(async (): Promise<string | undefined> => {
    for (const service of services) {
      const { stages = [] } = (await hint(roles.pipeline(service))) ?? {};
      const source = stages
        .flatMap(({ actions = [] }) => actions)
        .find(({ actionTypeId }) => actionTypeId?.provider === "CodeCommit");
      if (source?.configuration?.RepositoryName) return source.configuration.RepositoryName;
    }
    return (await account.gitRepositories()).find((name) => name === "deployment");
  });

  /** The repository of the course's name, or another one than that of the definition files. */
  const codeRepository = once(async (): Promise<string | undefined> => {
    const names = await account.gitRepositories();
    const others = names.filter(
      (name) => name !== "deployment" && /micro|coffee|supplier|code|app/i.test(name),
    );
    const found = names.find((name) => name === "microservices") ?? others[0];
    if (found) roles.taken.set("the code repository", found);
    return found;
  });

  return {
    checkout,
    deploymentRepository,
    codeRepository,
    code: once(async (): Promise<Source> => {
      const repository = await hint(codeRepository());
      const remote = repository === undefined ? undefined : await open(repository);
      if (remote && folderOf("employee", await remote.paths())) return remote;
      // Unreadable: then the code may be there.
      if (!folderOf("employee", (await hint(checkout.paths())) ?? [])) await codeRepository();
      return checkout;
    }),
    deployment: once(async (): Promise<Source> => {
      const repository = await deploymentRepository();
      const remote = repository === undefined ? undefined : await open(repository);
      if (remote) return remote;
      throw new Missing(
        repository === undefined
          ? "The CodeCommit repository deployment does not exist"
          : `The CodeCommit repository ${repository} has no branch dev`,
      );
    }),
  };
}

/** The upper folder of a service that has a Dockerfile or a package.json; undefined without it. */
export function folderOf(service: ServiceName, paths: readonly string[]): string | undefined {
  const found = paths.flatMap((path) => /^(.*?)\/(?:Dockerfile|package\.json)$/.exec(path)?.[1] ?? []);
  const fitting = found.filter((folder) => folder === service || folder.endsWith(`/${service}`));
  return fitting.sort((one, other) => one.length - other.length)[0];
}
