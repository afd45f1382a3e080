import { cp, mkdir, readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { checkArtifactName, checkArtifactPath } from "./artifact-name.ts";
import type { StandIn, StandInStep } from "./stand-in.ts";

/** Stores a file, or the content of a folder, for the run's later jobs, by the rules of the real action (release 7). */
export const uploadArtifact: StandIn = {
  inputs: ["name", "path", "if-no-files-found", "retention-days", "overwrite"],
  async run(step) {
    const name = step.input("name") || "artifact";
    const { path, whenMissing, overwrite } = readInputs(step);
    const { root, files } = await findFiles(resolve(step.workspace, path));
    if (files.length === 0) {
      const message = `No files were found with the provided path: ${path}. No artifacts will be uploaded.`;
      if (whenMissing === "error") throw new Error(message);
      if (whenMissing === "warn") step.warn(message);
      else step.log(message);
      return;
    }
    step.log(
      `With the provided path, there will be ${files.length} file${files.length === 1 ? "" : "s"} uploaded`,
    );
    checkArtifactName(name);
    for (const file of files) checkArtifactPath(file);
    const artifact = await createArtifact(step, name, overwrite);
    for (const file of files) await cp(join(root, file), join(artifact, file), { dereference: true });
    step.log(`Artifact ${name} has been successfully uploaded!`);
  },
};

const missingFiles = ["warn", "error", "ignore"] as const;
// GitHub's default upper bound; 0 is the repository's own setting.
const longestRetentionDays = 90;

function readInputs(step: StandInStep) {
  const path = step.input("path");
  if (!path) throw new Error("Input required and not supplied: path");
  if (/[\n*?[!]/.test(path))
    throw new Error(`this runner uploads one file or folder, without wildcards, not '${path}'`);
  const given = step.input("if-no-files-found") || "warn";
  const whenMissing = missingFiles.find((each) => each === given);
  if (!whenMissing) {
    const available = missingFiles.join(",");
    throw new Error(
      `Unrecognized if-no-files-found input. Provided: ${given}. Available options: ${available}`,
    );
  }
  const days = step.input("retention-days") || "0";
  if (!/^\d+$/.test(days) || Number(days) > longestRetentionDays) throw new Error("Invalid retention-days");
  return { path, whenMissing, overwrite: step.flag("overwrite") };
}

interface Found {
  /** The files' paths begin here. */
  root: string;
  files: string[];
}

/** Without hidden files, as the real action leaves them out. */
async function findFiles(path: string): Promise<Found> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return { root: path, files: [] };
  if (!found.isDirectory()) return { root: dirname(path), files: [basename(path)] };
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)));
  return { root: path, files: files.filter((file) => !file.split("/").some((part) => part.startsWith("."))) };
}

/** Names are unique in a run, among jobs that upload at the same time as well. */
async function createArtifact(step: StandInStep, name: string, overwrite: boolean): Promise<string> {
  const directory = join(step.artifactDirectory, name);
  await mkdir(step.artifactDirectory, { recursive: true });
  if (overwrite) await rm(directory, { recursive: true, force: true });
  await mkdir(directory).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EEXIST") throw cause;
    throw new Error(
      "Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run",
      { cause },
    );
  });
  return directory;
}
