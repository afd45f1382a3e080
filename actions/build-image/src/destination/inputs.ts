import type { InputReader } from "../../../core/inputs.ts";
import { parseRepositoryName, type RepositoryName } from "../../../registry/destination/repository-name.ts";

/** Settings of a repository that is created. */
export interface RepositoryCreation {
  readonly immutableTags: boolean;
  readonly scanOnPush: boolean;
  /** File of the policy; `preset` for ours. */
  readonly lifecyclePolicy: { readonly file: string } | "preset" | "none";
  readonly tags: ReadonlyMap<string, string>;
}

export interface DestinationInputs {
  readonly repository: RepositoryName;
  /** Undefined: a missing repository is an error. */
  readonly creation: RepositoryCreation | undefined;
}

export function readDestinationInputs(read: InputReader): DestinationInputs {
  const given = read.required("repository");
  const repository = parseRepositoryName(given);
  if (given && !repository)
    read.problem(
      `Input repository has "${given}"; expected the name of an ECR repository, such as customer or team/customer, or host/name, without tag or digest`,
    );
  const creation = readCreation(read);
  const wanted = read.boolean("create-repository", false);
  if (wanted && repository?.registry === "other")
    read.problem(
      `Input create-repository works with ECR only, and the repository is on ${repository.host}; most other registries create a repository at the first push`,
    );
  return {
    repository: repository ?? { registry: "ecr", name: given },
    creation: wanted ? creation : undefined,
  };
}

function readCreation(read: InputReader): RepositoryCreation {
  const policy = read.optional("lifecycle-policy");
  return {
    immutableTags: read.boolean("immutable-tags", true),
    scanOnPush: read.boolean("scan-on-push", true),
    lifecyclePolicy:
      policy === "none"
        ? "none"
        : policy === undefined
          ? "preset"
          : { file: read.optionalFile("lifecycle-policy") ?? policy },
    tags: read.pairs("repository-tags"),
  };
}
