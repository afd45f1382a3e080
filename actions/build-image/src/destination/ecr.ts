import type { ECRClient, Repository } from "@aws-sdk/client-ecr";
import { Failure } from "../../../shared/failure.ts";
import type { Log } from "../../../shared/log.ts";
import type { FoundDestination } from "../../../shared/registry/destination/destination.ts";
import {
  describeInEcr,
  type EcrName,
  findInEcr,
  missingInEcr,
} from "../../../shared/registry/destination/ecr.ts";
import type { BuildEnvironment } from "../environment.ts";
import { createRepository } from "./create-repository.ts";
import type { RepositoryCreation } from "./inputs.ts";

/** Finds a private ECR repository, which is created where it is missing and wanted. */
export async function findOrCreateInEcr(
  name: EcrName,
  creation: RepositoryCreation | undefined,
  environment: BuildEnvironment,
): Promise<FoundDestination> {
  const { client, repository, open } = await findInEcr(name, environment);
  if (!repository && !creation) throw missing(name);
  return {
    async open() {
      if (repository && creation) warnOfDifferences(repository, creation, environment.log);
      return open(repository ?? (await create(client, name, creation as RepositoryCreation, environment)));
    },
  };
}

/** Another job may create it at the same moment. */
async function create(
  client: ECRClient,
  name: EcrName,
  creation: RepositoryCreation,
  environment: BuildEnvironment,
): Promise<Repository> {
  const created = await createRepository(client, name, creation, environment);
  const repository = created ?? (await describeInEcr(client, name, environment));
  if (repository) return repository;
  throw new Failure(
    `Repository ${name.name} already existed when this step tried to create it, but was deleted since`,
    {
      nextStep: "find out who deletes it, then run the job again.",
    },
  );
}

function missing(repository: EcrName): Failure {
  const { name, elsewhere } = repository;
  const inRegion = elsewhere ? ` --registry-id ${elsewhere.accountId} --region ${elsewhere.region}` : "";
  return missingInEcr(
    repository,
    `correct the input repository, set create-repository: true, or create it: aws ecr create-repository --repository-name ${name}${inRegion}`,
  );
}

/** Reports differing settings: an existing repository may be another stack's, so it is not changed. */
function warnOfDifferences(
  { repositoryName, imageTagMutability, imageScanningConfiguration }: Repository,
  { immutableTags, scanOnPush }: RepositoryCreation,
  log: Log,
): void {
  const differences = [
    ...(imageTagMutability && imageTagMutability.startsWith("IMMUTABLE") !== immutableTags
      ? [`its tags are ${imageTagMutability}, and immutable-tags is ${immutableTags}`]
      : []),
    ...(imageScanningConfiguration && (imageScanningConfiguration.scanOnPush ?? false) !== scanOnPush
      ? [
          `its images are ${scanOnPush ? "not " : ""}scanned when they are pushed, and scan-on-push is ${scanOnPush}`,
        ]
      : []),
  ];
  if (differences.length > 0)
    log.notice(
      `Repository ${repositoryName} already exists and is not changed, although ${differences.join("; ")}`,
    );
}
