import type { InputReader } from "../../../shared/inputs.ts";
import {
  parseRepositoryName,
  type RepositoryName,
} from "../../../shared/registry/destination/repository-name.ts";

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
      `Input repository has "${given}"; the name of an ECR repository, such as customer or team/customer, or host/name, without tag and digest, is expected`,
    );
  const creation = readCreation(read);
  const wanted = read.boolean("create-repository", false);
  if (wanted && repository?.registry === "other")
    read.problem(
      `Input create-repository is for ECR; ${repository.host} creates repositories in its own ways, most at the first push`,
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
