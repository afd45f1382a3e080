import { type InputReader, readInputs } from "../../shared/inputs.ts";
import { type DestinationInputs, readDestinationInputs } from "./destination/inputs.ts";
import { type DockerInputs, dockerInputNames, readDockerInputs } from "./docker/inputs.ts";
import { type OciInputs, ociInputNames, readOciInputs } from "./oci/inputs.ts";
import { readScanInputs, type ScanInputs } from "./scan/inputs.ts";
import { readTags } from "./tags/inputs.ts";

export interface BuildInputs {
  readonly destination: DestinationInputs;
  /** Folder of the source. */
  readonly context: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly tags: readonly string[];
  readonly builder: OciInputs | DockerInputs;
  readonly scan: ScanInputs;
}

/** Settings of one builder that the other would ignore. */
const inputsOfBuilders = { oci: ociInputNames, docker: dockerInputNames };

/** Reads the inputs; `variables` are the run's, such as GITHUB_SHA. */
export function readBuildInputs(
  variables: NodeJS.ProcessEnv,
  getInput?: (name: string) => string,
): BuildInputs {
  return readInputs((read) => {
    const builder = read.choice("builder", ["oci", "docker"], "oci");
    refuseInputsOfOthers(read, builder);
    return {
      destination: readDestinationInputs(read),
      context: read.folder("context"),
      labels: read.pairs("labels"),
      tags: readTags(read, variables),
      builder: builder === "docker" ? readDockerInputs(read, variables) : readOciInputs(read),
      scan: readScanInputs(read),
    };
  }, getInput);
}

function refuseInputsOfOthers(read: InputReader, builder: "oci" | "docker"): void {
  for (const [owner, names] of Object.entries(inputsOfBuilders))
    for (const name of names)
      if (owner !== builder && read.optional(name) !== undefined)
        read.problem(`Input ${name} works with builder ${owner} only, and builder is ${builder}`);
}
