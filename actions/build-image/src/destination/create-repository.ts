import { readFile } from "node:fs/promises";
import {
  CreateRepositoryCommand,
  type ECRClient,
  PutLifecyclePolicyCommand,
  type Repository,
} from "@aws-sdk/client-ecr";
import { explainAwsError } from "../../../shared/aws-errors.ts";
import { Failure } from "../../../shared/failure.ts";
import type { EcrName } from "../../../shared/registry/destination/ecr.ts";
import { persist } from "../../../shared/registry/destination/persist.ts";
import type { BuildEnvironment } from "../environment.ts";
import type { RepositoryCreation } from "./inputs.ts";
import { presetPolicy } from "./lifecycle-policy.ts";

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
