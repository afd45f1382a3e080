import { readFile } from "node:fs/promises";
import {
  CreateRepositoryCommand,
  type ECRClient,
  PutLifecyclePolicyCommand,
  type Repository,
} from "@aws-sdk/client-ecr";
import { explainAwsError } from "../../../core/aws-errors.ts";
import { Failure } from "../../../core/failure.ts";
import type { Log } from "../../../core/log.ts";
import type { FoundDestination } from "../../../registry/destination/destination.ts";
import {
  describeInEcr,
  type EcrName,
  findInEcr,
  missingInEcr,
  persist,
} from "../../../registry/destination/ecr.ts";
import type { BuildEnvironment } from "../builder.ts";
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
export const presetPolicy = {
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
export async function createRepository(
  client: ECRClient,
  { name, elsewhere }: EcrName,
  creation: RepositoryCreation,
  environment: BuildEnvironment,
): Promise<Repository | undefined> {
  const { log, signal } = environment;
  const { immutableTags, scanOnPush, tags } = creation;
  const policy = await readPolicy(creation.lifecyclePolicy);
  const command = new CreateRepositoryCommand({
    ...(elsewhere && { registryId: elsewhere.accountId }),
    repositoryName: name,
    imageTagMutability: immutableTags ? "IMMUTABLE" : "MUTABLE",
    imageScanningConfiguration: { scanOnPush },
    tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
  });
  const call = () => client.send(command, { abortSignal: signal });
  const answer = await persist("create the repository", call, environment).catch((error) => {
    if (error instanceof Error && error.name === "RepositoryAlreadyExistsException") return undefined;
    throw error;
  });
  if (!answer?.repository) return undefined;
  log.info(
    `Created the repository ${answer.repository.repositoryUri} with ${immutableTags ? "immutable" : "mutable"} tags${scanOnPush ? ", scanned on push" : ""}`,
  );
  if (policy !== undefined) await putPolicy(client, answer.repository, policy, environment);
  return answer.repository;
}

async function readPolicy(policy: RepositoryCreation["lifecyclePolicy"]): Promise<string | undefined> {
  if (policy === "none") return undefined;
  if (policy === "preset") return JSON.stringify(presetPolicy);
  const text = await readFile(policy.file, "utf8");
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new Failure(`The lifecycle policy ${policy.file} is not JSON: ${(error as Error).message}`, {
      nextStep: "correct it; nothing was changed.",
      cause: error,
    });
  }
}

async function putPolicy(
  client: ECRClient,
  { registryId, repositoryName }: Repository,
  lifecyclePolicyText: string,
  environment: BuildEnvironment,
): Promise<void> {
  const command = new PutLifecyclePolicyCommand({ registryId, repositoryName, lifecyclePolicyText });
  const call = () => client.send(command, { abortSignal: environment.signal });
  await persist("set the lifecycle policy", call, environment).catch((error) => {
    if (environment.signal.aborted) throw error;
    throw new Failure(
      `Repository ${repositoryName} was created, but its lifecycle policy could not be set: ${explainAwsError(error)?.message ?? error.message}`,
      {
        nextStep: `correct the policy or the role's permissions, then set it: aws ecr put-lifecycle-policy --repository-name ${repositoryName} --lifecycle-policy-text file://<policy>. Later runs do not change an existing repository.`,
        cause: error,
      },
    );
  });
}
