import type { ECRPUBLICClient } from "@aws-sdk/client-ecr-public";
import type { Failure } from "../../../shared/failure.ts";
import {
  assertAlias,
  findInPublicEcr,
  missingInPublicEcr,
  type PublicName,
} from "../../../shared/registry/destination/ecr-public.ts";
import { describeInPublicEcr } from "../../../shared/registry/destination/public-ecr-api.ts";
import type { BuildEnvironment } from "../environment.ts";
import { aliasesOf, createPublicRepository } from "./create-public-repository.ts";
import type { FoundDestination } from "./find-destination.ts";
import type { RepositoryCreation } from "./inputs.ts";

/** Public ECR, whose repository is created where it is missing and wanted. */
export async function findOrCreateInPublicEcr(
  name: PublicName,
  creation: RepositoryCreation | undefined,
  environment: BuildEnvironment,
): Promise<FoundDestination> {
  const { client, repository, open } = await findInPublicEcr(name, "repository", environment);
  if (!repository && !creation) throw missing(name);
  return {
    open: async () =>
      open(repository ?? (await create(client, name, creation as RepositoryCreation, environment))),
  };
}

/** Another job may create it at the same moment. */
async function create(
  client: ECRPUBLICClient,
  name: PublicName,
  { tags }: RepositoryCreation,
  environment: BuildEnvironment,
) {
  assertAlias(await aliasesOf(client, environment), name, "repository");
  return (
    (await createPublicRepository(client, name.name, tags, environment)) ??
    (await describeInPublicEcr(client, name.name, environment))
  );
}

function missing(repository: PublicName): Failure {
  return missingInPublicEcr(
    repository,
    `correct the input repository, set create-repository: true, or create it: aws ecr-public create-repository --region us-east-1 --repository-name ${repository.name}`,
  );
}
