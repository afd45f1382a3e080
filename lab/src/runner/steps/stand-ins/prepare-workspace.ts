import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { git } from "../../load/git.ts";
import type { StandIn, StandInStep } from "./stand-in.ts";
import { isSatisfiedBy, wantedVersions } from "./versions.ts";

/** Checks out the running commit (or `ref`) into the workspace, with the requested depth of history. */
export const checkout: StandIn = {
  // The commit is here, with nothing to sign in to or to clean, and no GitHub to read from.
  inputs: `
    repository ref path fetch-depth fetch-tags persist-credentials token ssh-key ssh-known-hosts
    ssh-strict ssh-user clean show-progress set-safe-directory github-server-url
    allow-unsafe-pr-checkout filter sparse-checkout-cone-mode lfs submodules`,
  leftOut: "sparse-checkout",
  async run(step) {
    const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = step.environment;
    const repository = step.input("repository") || GITHUB_REPOSITORY;
    if (repository?.toLowerCase() !== GITHUB_REPOSITORY?.toLowerCase())
      return step.leaveOut(
        `checkout of ${repository}`,
        "The rehearsal has the files of its own repository only.",
      );
    const directory = resolve(step.workspace, step.input("path"));
    if (!(await isInside(step.workspace, directory)))
      throw new Error(`the path '${step.input("path")}' is outside the workspace`);
    const depth = Number(step.input("fetch-depth") || "1");
    if (!Number.isInteger(depth) || depth < 0) {
      throw new Error(
        `'fetch-depth' must be a number from 0 (all history) up, not '${step.input("fetch-depth")}'`,
      );
    }
    const wanted = step.input("ref") || step.sha;
    const commit = await git(step.gitDirectory, "rev-parse", "--verify", `${wanted}^{commit}`);
    await empty(step, directory);
    const isKept = await step.workTrees.take(directory);
    const origin = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`;
    const flags = [depth === 1 ? "only" : "", isKept ? "kept" : "", step.input("clean")];
    const given = [directory, step.gitDirectory, commit, origin, ...flags, ...refsFor(step, depth)];
    const { code, output } = await step.run(["bash", "-c", script, "checkout", ...given], settings);
    if (code !== 0) throw new Error(output);
    await noteForeignFiles(step, directory);
    step.setOutput("ref", step.input("ref") || step.ref);
    step.setOutput("commit", commit);
    step.log(`checked out ${commit}`);
  },
};

/**
 * As a process of the step: an earlier step can leave a process that writes hooks and settings of Git, or a link in
 * place of a folder, at every moment. Git treats the commits in the file `shallow` as the oldest; the repository itself
 * may be a copy without history.
 */
const script = `
set -e
directory=$1 source=$2 commit=$3 origin=$4 only=$5 kept=$6 clean=$7; shift 7
unset $(git rev-parse --local-env-vars)
mkdir -p "$directory"; cd "$directory"
git init --quiet --initial-branch main
echo "$source/objects" > .git/objects/info/alternates
rm -f .git/shallow
if [ "$only" ]; then echo "$commit" > .git/shallow
elif [ -e "$source/shallow" ]; then cp "$source/shallow" .git/shallow; fi
[ -z "$kept" ] || git clean --quiet -ffdx
git config remote.origin.url "$origin"
git checkout --quiet --force --detach "$commit"
[ "$clean" = false ] || git clean --quiet -ffdx
[ $# -eq 0 ] || git fetch --quiet --no-tags "$source" "$@"`;
const settings = {
  quiet: true,
  environment: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null", GIT_TERMINAL_PROMPT: "0" },
};

/** A step may have made links. */
async function isInside(workspace: string, directory: string): Promise<boolean> {
  let existing = directory;
  while (!existsSync(existing)) existing = dirname(existing);
  const within = (path: string, folder: string) => path === folder || path.startsWith(folder + sep);
  return within(directory, workspace) && within(await realpath(existing), await realpath(workspace));
}

/** As the real action, deletes what is not a repository. */
async function empty(step: StandInStep, directory: string): Promise<void> {
  const isRepository = existsSync(join(directory, ".git"));
  const names = isRepository ? [".git"] : await readdir(directory).catch(() => []);
  if (names.length === 0) return;
  if (!isRepository) step.log(`Deleting the contents of '${directory}'`);
  await step.run(["rm", "-rf", "--", ...names.map((name) => join(directory, name))]);
}

function refsFor(step: StandInStep, depth: number): string[] {
  const refs = depth === 0 ? ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"] : [];
  if (depth !== 0 && step.flag("fetch-tags")) refs.push("+refs/tags/*:refs/tags/*");
  return refs;
}

/** Files whose content is in another repository, or on GitHub's server for large files. */
async function noteForeignFiles(step: StandInStep, directory: string): Promise<void> {
  const read = (name: string) => readFile(join(directory, name), "utf8").catch(() => "");
  const submodules = /^(true|recursive)$/i.test(step.input("submodules")) && (await read(".gitmodules"));
  if (submodules) step.leaveOut("submodules", "The rehearsal has the files of its own repository only.");
  if (step.flag("lfs") && /filter=lfs/.test(await read(".gitattributes")))
    step.leaveOut("files of Git LFS", "The rehearsal has only what the commit contains of them.");
}

// By the value of `cache`; the package managers keep their downloads on this machine.
const lockFiles: Record<string, readonly string[]> = {
  npm: ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock"],
  pnpm: ["pnpm-lock.yaml"],
  yarn: ["yarn.lock"],
};

/** Adds the Node.js that runs this runner to the path, whatever version is wanted. */
export const setupNode: StandIn = {
  inputs: `
    always-auth architecture cache cache-dependency-path check-latest mirror mirror-token node-version
    node-version-file package-manager-cache registry-url scope token version`,
  async run(step) {
    const manager = step.input("cache");
    const locks = lockFiles[manager];
    if (manager && !locks) throw new Error(`Caching for '${manager}' is not supported`);
    if (
      locks &&
      !step.input("cache-dependency-path") &&
      !locks.some((file) => existsSync(join(step.workspace, file)))
    )
      throw new Error(
        `Dependencies lock file is not found in ${step.workspace}. Supported file patterns: ${locks.join(",")}`,
      );
    const have = process.versions.node;
    const wanted = await wantedVersions(step, "node-version");
    if (!wanted.every((each) => isSatisfiedBy(each, have)))
      step.leaveOut(`node ${wanted}`, `The rehearsal runs Node.js ${have}.`);
    step.addPath(dirname(process.execPath));
    if (step.input("registry-url")) await writeRegistry(step);
    step.setOutput("node-version", `v${have}`);
    const { stdout } = await promisify(execFile)(process.execPath, ["--version"], { env: {} });
    step.log(`node: ${stdout.trim()}`);
  },
};

/** As the real action, has npm read the token from NODE_AUTH_TOKEN. */
async function writeRegistry(step: StandInStep): Promise<void> {
  const url = new URL(step.input("registry-url")).href.replace(/\/?$/, "/");
  const scope = step.input("scope").replace(/^@?(?=.)/, "@");
  const lines = [
    `${url.replace(/^\w+:/, "")}:_authToken=\${NODE_AUTH_TOKEN}`,
    `${scope && `${scope.toLowerCase()}:`}registry=${url}`,
    `always-auth=${step.flag("always-auth")}`,
  ];
  const file = join(step.output, ".npmrc");
  await step.run(["tee", file], { input: `${lines.join("\n")}\n`, quiet: true });
  step.exportVariable("NPM_CONFIG_USERCONFIG", file);
  step.exportVariable("NODE_AUTH_TOKEN", step.environment.NODE_AUTH_TOKEN ?? "XXXXX-XXXXX-XXXXX-XXXXX");
}
