import { type InputReader, readInputs } from "../../core/inputs.ts";
import { readPlaceholderValues } from "../../core/placeholders.ts";

export type MirrorInputs = ReturnType<typeof readMirrorInputs>;

/** A folder that becomes the root. */
export interface SnapshotInputs {
  /** From the root of the repository, with `/` between its parts. */
  readonly path: string;
  /** Undefined: files stay as they are. */
  readonly placeholders: Placeholders | undefined;
}

export interface Placeholders {
  readonly values: ReadonlyMap<string, string>;
  /** Plain values instead of the secrets of task definitions, by name. */
  readonly plainSecrets: ReadonlyMap<string, string>;
}

export function readMirrorInputs(variables: NodeJS.ProcessEnv, getInput?: (name: string) => string) {
  return readInputs(
    (read) => ({
      /** Name of the CodeCommit repository. */
      repository: readRepository(read),
      /** Without `refs/heads/`. */
      branch: readBranch(read, variables.GITHUB_REF),
      /** Undefined: the commit itself is pushed, with its history. */
      snapshot: readSnapshot(read),
      force: read.boolean("force", false),
      mode: read.choice("mode", ["plan", "apply"], "apply"),
    }),
    getInput,
  );
}

/** Reads a repository name by the pattern of CodeCommit's API reference. */
function readRepository(read: InputReader): string {
  const name = read.required("repository");
  if (name && (!/^[\w.-]{1,100}$/.test(name) || name.endsWith(".git")))
    read.problem(
      `Input repository is "${name}"; expected the name of a CodeCommit repository: letters, digits, ".", "_" and "-", not ending in .git`,
    );
  return name;
}

const branches = "refs/heads/";

function readBranch(read: InputReader, runningRef = ""): string {
  const given = read.optional("branch");
  if (given !== undefined) {
    if (given.startsWith("refs/"))
      read.problem(`Input branch is "${given}"; expected a branch name without refs/heads/`);
    return given;
  }
  if (!runningRef.startsWith(branches))
    read.problem(
      `Input branch is required, because this run is for ${runningRef || "no ref"}, which is not a branch`,
    );
  return runningRef.slice(branches.length);
}

function readSnapshot(read: InputReader): SnapshotInputs | undefined {
  const path = readPath(read);
  const values = readPlaceholderValues(read, "placeholders");
  const plainSecrets = read.pairs("plain-secrets");
  const given = ["placeholders", "plain-secrets"].filter((name) => read.optional(name));
  if (path !== undefined) {
    const fills = given.length > 0;
    return { path, placeholders: fills ? { values, plainSecrets } : undefined };
  }
  for (const name of given)
    read.problem(
      `Input ${name} needs input path: without path, the commit itself is pushed, and its files cannot change`,
    );
  return undefined;
}

function readPath(read: InputReader): string | undefined {
  const given = read.optional("path");
  const parts = (given ?? "").split("/").filter((part) => part !== "" && part !== ".");
  if (given?.startsWith("/") || given?.includes("\\") || parts.includes(".."))
    read.problem(
      `Input path is "${given}"; expected a folder below the repository's root, such as infra-templates/ecs`,
    );
  return parts.length > 0 ? parts.join("/") : undefined;
}
