import { readdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, matchesGlob, relative, resolve } from "node:path";
import type { StandIn, StandInStep } from "./stand-in.ts";

/** Stores a file, or the content of a folder, for the run's later jobs, by the rules of the real action (release 7). */
export const uploadArtifact: StandIn = {
  inputs: "name path if-no-files-found retention-days compression-level overwrite include-hidden-files",
  leftOut: "archive",
  async run(step) {
    const name = step.input("name") || "artifact";
    const { path, whenMissing, overwrite } = readInputs(step);
    const { root, files } = await findFiles(resolve(step.workspace, path), step.flag("include-hidden-files"));
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
    check("name", name);
    for (const file of files) check("path", file);
    const artifact = await createArtifact(step, name, overwrite);
    // By processes of the step, which can read and write no more than the step itself, whatever its links lead to.
    const list = { ...machine, input: files.join("\n") };
    const packed = join(step.output, "artifact.tar");
    for (const each of [
      [root, "-chf", packed, "-T", "-"],
      [artifact, "-xf", packed],
    ]) {
      const { code, output } = await step.run(["tar", "-C", ...each], list);
      if (code !== 0) throw new Error(output);
    }
    step.log(`Artifact ${name} has been successfully uploaded!`);
  },
};

/** No program that a step put into its PATH reads or writes artifacts. */
const machine = { quiet: true, isMachines: true };

const missingFiles = ["warn", "error", "ignore"] as const;

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
  return { path, whenMissing, overwrite: step.flag("overwrite") };
}

interface Found {
  /** The files' paths begin here. */
  root: string;
  files: string[];
}

async function findFiles(path: string, withHidden: boolean): Promise<Found> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return { root: path, files: [] };
  if (!found.isDirectory()) return { root: dirname(path), files: [basename(path)] };
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)));
  const isHidden = (file: string) => file.split("/").some((part) => part.startsWith("."));
  return { root: path, files: files.filter((file) => withHidden || !isHidden(file)) };
}

/** Names are unique in a run, among jobs that upload at the same time as well. */
async function createArtifact(step: StandInStep, name: string, overwrite: boolean): Promise<string> {
  const directory = join(step.artifactDirectory, name);
  if (overwrite) await step.run(["rm", "-rf", directory], machine);
  await step.run(["mkdir", "-p", step.artifactDirectory], machine);
  const { code } = await step.run(["mkdir", directory], machine);
  if (code !== 0)
    throw new Error(
      "Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run",
    );
  return directory;
}

/** Throws for a name or path with a character that GitHub does not allow in it. */
function check(kind: "name" | "path", value: string): void {
  const forbidden = kind === "name" ? /[":<>|*?\r\n\\/]/ : /[":<>|*?\r\n]/;
  // `..` would be the folder of all artifacts.
  if (forbidden.test(value) || value === "." || value === "..")
    throw new Error(`The artifact ${kind} is not valid: ${value}`);
}

/** Downloads artifacts of earlier jobs of the run, into the folders that the real action (release 8) chooses. */
export const downloadArtifact: StandIn = {
  inputs: "name pattern path merge-multiple skip-decompress digest-mismatch github-token",
  leftOut: "artifact-ids repository run-id",
  async run(step) {
    const destination = resolve(step.workspace, step.input("path"));
    const there = (await readdir(step.artifactDirectory).catch(() => [])).sort();
    const names = choose(step, there);
    const together = step.input("name") !== "" || step.flag("merge-multiple") || names.length === 1;
    for (const name of names) {
      const folder = together ? destination : join(destination, name);
      const from = `${join(step.artifactDirectory, name)}/.`;
      await step.run(["mkdir", "-p", folder], machine);
      const { code, output } = await step.run(["cp", "-R", from, folder], machine);
      if (code !== 0) throw new Error(output);
      step.log(`- ${name}`);
    }
    step.log(`Total of ${names.length} artifact(s) downloaded`);
    step.setOutput("download-path", destination);
  },
};

/** A name must exist; a pattern, which `name` overrides, may match none. */
function choose(step: StandInStep, there: string[]): string[] {
  const name = step.input("name");
  const pattern = step.input("pattern");
  if (!name) return pattern ? there.filter((each) => matchesGlob(each, pattern)) : there;
  if (there.includes(name)) return [name];
  const known = there.length > 0 ? `this run has ${there.join(", ")}` : "this run has none yet";
  throw new Error(`Unable to download artifact(s): Artifact not found for name: ${name}; ${known}`);
}

// The real action's own limit.
const mostSubjects = 1024;

/** Writes the statement that the real action (release 4) would sign. Nothing is signed: the signer is a public service. */
export const attestBuildProvenance: StandIn = {
  inputs: "subject-checksums",
  leftOut: "subject-path subject-digest subject-name push-to-registry",
  async run(step) {
    for (const permission of ["id-token", "attestations"])
      if (step.permissions[permission] !== "write")
        throw new Error(`The job needs the permission '${permission}: write' to attest`);
    const file = step.input("subject-checksums");
    if (!file) return;
    const lines = ((await step.read(resolve(step.workspace, file))) ?? "").split("\n").filter(Boolean);
    if (lines.length > mostSubjects)
      throw new Error(`Too many subjects: ${lines.length}; the maximum is ${mostSubjects}`);
    const subject = lines.map((line) => {
      const [, sha256, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
      if (!sha256 || !name) throw new Error(`${file}: '${line}' is not a line of sha256sum`);
      return { name, digest: { sha256 } };
    });
    const path = join(step.directory, "attestation.json");
    const statement = { _type: "https://in-toto.io/Statement/v1", subject };
    await writeFile(path, JSON.stringify(statement));
    step.setOutput("bundle-path", path);
    step.log(`Attestation created for ${subject.length} subjects, unsigned`);
  },
};
