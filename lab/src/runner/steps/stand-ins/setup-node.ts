import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { StandIn } from "./stand-in.ts";

/** Adds the Node.js that runs this runner to the path, if it is of the requested version. */
export const setupNode: StandIn = {
  inputs: ["node-version", "node-version-file", "package-manager-cache"],
  async run(step) {
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
