import { mkdir } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { git } from "../git.ts";
import type { StandIn } from "./stand-in.ts";

/** Fetches the running commit (or `ref`) into the workspace, with as much history as asked for. */
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
    await mkdir(directory, { recursive: true });
    await git(directory, "init", "--quiet", "--initial-branch", "main");
    const history = depth === 0 ? [] : ["--depth", String(depth)];
    // The repository itself may be a copy without history. A file address, as depth means nothing to a clone by path.
    await git(
      directory,
      "fetch",
      "--quiet",
      "--no-tags",
      "--update-shallow",
      ...history,
      `file://${step.gitDirectory}`,
      wanted,
    );
    await git(directory, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD");
    const commit = await git(directory, "rev-parse", "HEAD");
    step.setOutput("ref", step.input("ref") || step.ref);
    step.setOutput("commit", commit);
    step.log(`checked out ${commit}`);
  },
};
