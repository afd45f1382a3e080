import {
  CreateRepositoryCommand,
  type ECRClient,
  PutLifecyclePolicyCommand,
  type Repository,
} from "@aws-sdk/client-ecr";
import { explainAwsError } from "../../../core/aws-errors.ts";
import { Failure } from "../../../core/failure.ts";
import { retryOutages } from "../../../core/outage-tolerance.ts";
import type { FoundDestination } from "../../../registry/destination/destination.ts";
import { describeInEcr, type EcrName, findInEcr, missingInEcr } from "../../../registry/destination/ecr.ts";
import type { BuildEnvironment } from "../builder.ts";

/** Finds a private ECR repository, which is created where it is missing and wanted. */
export async function findOrCreateInEcr(
  name: EcrName,
  create: boolean,
  environment: BuildEnvironment,
): Promise<FoundDestination> {
  const { client, repository, open } = await findInEcr(name, environment);
  if (!repository && !create) throw missing(name);
  return { open: async () => open(repository ?? (await createOrFind(client, name, environment))) };
}

/** Another job may create it at the same moment. */
async function createOrFind(
  client: ECRClient,
  name: EcrName,
  environment: BuildEnvironment,
): Promise<Repository> {
  const created = await createRepository(client, name, environment);
  const repository = created ?? (await describeInEcr(client, name, environment));
  if (repository) return repository;
  throw new Failure(
    `Repository ${name.name} already existed when this step tried to create it, but was deleted since`,
    { nextStep: "find out who deletes it, then run the job again." },
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

/**
 * Number of source images that are kept, and so how far back a rollback can go; infra-templates/registry.yaml keeps as
 * many.
 */
const keptImages = 50;
/** Long enough to examine a replaced image, and for a deployment that still pulls by digest to end. */
const untaggedDays = 14;
/** More than any repository has: the rule only keeps these images from the rules below it. */
const allReleases = 10_000;

/**
 * Every image has the tag of its source. One with a tag `v*` belongs to the first rule and to none below it. Source:
 * ECR user guide, "How lifecycle policy evaluation works": an image that a rule's tags match is expired by no rule of
 * lower priority.
 */
const presetPolicy = {
  rules: [
    {
      rulePriority: 1,
      description: "Keep releases",
      selection: {
        tagStatus: "tagged",
        tagPatternList: ["v*"],
        countType: "imageCountMoreThan",
        countNumber: allReleases,
      },
      action: { type: "expire" },
    },
    {
      rulePriority: 2,
      description: "Keep the newest images",
      selection: {
        tagStatus: "tagged",
        tagPatternList: ["source-*"],
        countType: "imageCountMoreThan",
        countNumber: keptImages,
      },
      action: { type: "expire" },
    },
    {
      rulePriority: 3,
      description: "Remove untagged images",
      selection: {
        tagStatus: "untagged",
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: untaggedDays,
      },
      action: { type: "expire" },
    },
  ],
};

/** Returns undefined when it exists already: another job was faster. */
async function createRepository(
  client: ECRClient,
  { name, elsewhere }: EcrName,
  environment: BuildEnvironment,
): Promise<Repository | undefined> {
  const { log, signal } = environment;
  const command = new CreateRepositoryCommand({
    ...(elsewhere && { registryId: elsewhere.accountId }),
    repositoryName: name,
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
  });
  const call = () => client.send(command, { abortSignal: signal });
  const answer = await retryOutages(environment, call).catch((error) => {
    if (error instanceof Error && error.name === "RepositoryAlreadyExistsException") return undefined;
    throw error;
  });
  if (!answer?.repository) return undefined;
  log.info(`Created the repository ${answer.repository.repositoryUri} with immutable tags, scanned on push`);
  await putPolicy(client, answer.repository, environment);
  return answer.repository;
}

async function putPolicy(
  client: ECRClient,
  { registryId, repositoryName }: Repository,
  environment: BuildEnvironment,
): Promise<void> {
  const lifecyclePolicyText = JSON.stringify(presetPolicy);
  const command = new PutLifecyclePolicyCommand({ registryId, repositoryName, lifecyclePolicyText });
  const call = () => client.send(command, { abortSignal: environment.signal });
  await retryOutages(environment, call).catch((error) => {
    if (environment.signal.aborted) throw error;
    throw new Failure(
      `Repository ${repositoryName} was created, but its lifecycle policy could not be set: ${explainAwsError(error)?.message ?? error.message}`,
      {
        nextStep: `allow ecr:PutLifecyclePolicy, then set a policy: aws ecr put-lifecycle-policy --repository-name ${repositoryName} --lifecycle-policy-text file://<policy>. Later runs do not change an existing repository.`,
        cause: error,
      },
    );
  });
}
