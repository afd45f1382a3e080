import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { git } from "../../load/git.ts";
import type { StandIn } from "./stand-in.ts";

/** Checks out the running commit (or `ref`) into the workspace, with the requested depth of history. */
export const checkout: StandIn = {
  inputs: ["ref", "path", "fetch-depth", "persist-credentials"],
  async run(step) {
    const directory = resolve(step.workspace, step.input("path"));
    if (directory !== step.workspace && !directory.startsWith(step.workspace + sep)) {
      throw new Error(`the path '${step.input("path")}' is outside the workspace`);
    }
    const depth = Number(step.input("fetch-depth") || "1");
    if (!Number.isInteger(depth) || depth < 0) {
      throw new Error(
        `'fetch-depth' must be a number from 0 (all history) up, not '${step.input("fetch-depth")}'`,
      );
    }
    const wanted = step.input("ref") || step.sha;
    const commit = await git(step.gitDirectory, "rev-parse", "--verify", `${wanted}^{commit}`);
    await step.workTrees.open(directory);
    await limitHistory(directory, step.gitDirectory, commit, depth);
    const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = step.environment;
    await git(directory, "config", "remote.origin.url", `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`);
    await git(directory, "checkout", "--quiet", "--force", "--detach", commit);
    step.setOutput("ref", step.input("ref") || step.ref);
    step.setOutput("commit", commit);
    step.log(`checked out ${commit}`);
  },
};

/** Git treats the commits in the file `shallow` as the oldest. A depth of more than 1 gets all history. */
async function limitHistory(directory: string, gitDirectory: string, commit: string, depth: number) {
  const file = join(directory, ".git", "shallow");
  if (depth === 1) return writeFile(file, commit);
  await rm(file, { force: true });
  // The repository itself may be a copy without history.
  await copyFile(join(gitDirectory, "shallow"), file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

/** Adds the Node.js that runs this runner to the path, if it is of the requested version. */
export const setupNode: StandIn = {
  inputs: ["node-version", "node-version-file", "package-manager-cache", "cache"],
  async run(step) {
    // npm itself keeps its downloads on this machine.
    const manager = step.input("cache");
    if (manager && manager !== "npm") throw new Error(`Caching for '${manager}' is not supported`);
    if (manager && !existsSync(join(step.workspace, "package-lock.json")))
      throw new Error(`Dependencies lock file is not found in ${step.workspace}.`);
    const file = step.input("node-version-file");
    const wanted =
      step.input("node-version") || (file && (await readFile(join(step.workspace, file), "utf8")).trim());
    const have = process.versions.node;
    if (wanted && !isSatisfiedBy(wanted, have)) {
      throw new Error(
        `this runner has Node.js ${have}, and cannot get '${wanted}'; ask for ${have.split(".")[0]}`,
      );
    }
    step.addPath(dirname(process.execPath));
    step.setOutput("node-version", `v${have}`);
    const { stdout } = await promisify(execFile)(process.execPath, ["--version"], { env: {} });
    step.log(`node: ${stdout.trim()}`);
  },
};

function isSatisfiedBy(wanted: string, have: string): boolean {
  const numbers = wanted
    .replace(/^v/, "")
    .split(".")
    .filter((part) => part !== "x" && part !== "*");
  return numbers.every((part, index) => have.split(".")[index] === part);
}
