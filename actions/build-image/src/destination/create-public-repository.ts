import {
  CreateRepositoryCommand,
  DescribeRegistriesCommand,
  type ECRPUBLICClient,
  type Repository,
} from "@aws-sdk/client-ecr-public";
import { persist } from "../../../shared/registry/destination/persist.ts";
import type { BuildEnvironment } from "../environment.ts";

/** Names of the account's public registry. */
export async function aliasesOf(client: ECRPUBLICClient, environment: BuildEnvironment): Promise<string[]> {
  const options = { abortSignal: environment.signal };
  const call = () => client.send(new DescribeRegistriesCommand({}), options);
  const { registries = [] } = await persist("find the registry", call, environment);
  return registries.flatMap(({ aliases = [] }) => aliases.flatMap(({ name }) => name ?? []));
}

/** Undefined when it was there: another job was faster. */
export async function createPublicRepository(
  client: ECRPUBLICClient,
  repositoryName: string,
  tags: ReadonlyMap<string, string>,
  environment: BuildEnvironment,
): Promise<Repository | undefined> {
  const pairs = [...tags].map(([Key, Value]) => ({ Key, Value }));
  const command = new CreateRepositoryCommand({ repositoryName, tags: pairs });
  const call = () => client.send(command, { abortSignal: environment.signal });
  const answer = await persist("create the repository", call, environment).catch((error) => {
    if (error instanceof Error && error.name === "RepositoryAlreadyExistsException") return undefined;
    throw error;
  });
  if (answer?.repository)
    environment.log.info(`Created the public repository ${answer.repository.repositoryUri}`);
  return answer?.repository;
}
