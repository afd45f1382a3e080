import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { awsCli, run } from "./programs.support.ts";

export interface GitClient {
  readonly directory: string;
  /** Runs git in `directory`; resolves to its standard output. */
  git(...args: string[]): Promise<string>;
  /** Returns git's error output; rejects when it succeeds. */
  failure(...args: string[]): Promise<string>;
  /** Commits a file's text to the branch that is checked out; resolves to the commit's id. */
  commit(path: string, content: string): Promise<string>;
  /** Environment variables for a program in the same place. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** The AWS CLI's helper, as CodeCommit's user guide sets it up. It is slow, so many calls take a long time. */
export const cliHelper = `!${awsCli} codecommit credential-helper --ignore-host-check $@`;

/** Creates a client of git with the branch `dev` in a new folder, and credentials from a helper or without any. */
export async function createGitClient(
  credentialHelper: string | undefined,
  aws: Readonly<Record<string, string>> = {},
): Promise<GitClient> {
  const home = await mkdtemp(join(tmpdir(), "git-client-"));
  const directory = join(home, "work");
  const variables = { HOME: home, GIT_CONFIG_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C", ...aws };
  const start = (args: readonly string[]) => run("git", args, { variables });
  const git = (...args: string[]) => start(["-C", directory, ...args]);
  await writeFile(join(home, ".gitconfig"), configuration(credentialHelper));
  await start(["init", "--quiet", "--initial-branch=dev", directory]);
  return {
    directory,
    variables,
    git,
    failure: (...args) =>
      git(...args).then(
        () => {
          throw new Error(`git ${args.join(" ")} did not fail`);
        },
        ({ stderr }) => stderr,
      ),
    async commit(path, content) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content);
      await git("add", path);
      await git("commit", "--quiet", "-m", `Change ${path}`);
      return (await git("rev-parse", "HEAD")).trim();
    },
    close: () => rm(home, { recursive: true, force: true }),
  };
}

/** The helper signs the path too, which git does not pass by default. */
const configuration = (helper: string | undefined) => `[user]
  name = Ada
  email = ada@example.com
[gc]
  auto = 0
${helper === undefined ? "" : `[credential]\n  helper = "${helper}"\n  UseHttpPath = true\n`}`;
