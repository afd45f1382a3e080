import {
  CreateRepositoryCommand,
  DescribeRegistriesCommand,
  DescribeRepositoriesCommand,
  type ECRPUBLICClient,
  GetAuthorizationTokenCommand,
  type Repository,
} from "@aws-sdk/client-ecr-public";
import type { Credentials } from "../../../shared/registry/authorization.ts";
import { credentialsOf } from "../../../shared/registry/ecr-login.ts";
import type { BuildEnvironment } from "../environment.ts";
import { persist } from "./persist.ts";

export interface PublicEcr {
  /** Undefined when there is none. */
  describe(repositoryName: string): Promise<Repository | undefined>;
  /** Names of the account's registry. */
  aliases(): Promise<string[]>;
  logIn(): Promise<Credentials>;
  /** Undefined when it was there: another job was faster. */
  create(repositoryName: string, tags: ReadonlyMap<string, string>): Promise<Repository | undefined>;
}

/** What building needs of public ECR's API. */
export function createPublicEcr(client: ECRPUBLICClient, environment: BuildEnvironment): PublicEcr {
  const { log, mask } = environment;
  const options = { abortSignal: environment.signal };
  return {
    async describe(repositoryName) {
      const command = new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] });
      const call = () => client.send(command, options);
      const answer = await persist("find the repository", call, environment).catch(
        ignore("RepositoryNotFoundException"),
      );
      return answer?.repositories?.[0];
    },
    async aliases() {
      const call = () => client.send(new DescribeRegistriesCommand({}), options);
      const { registries = [] } = await persist("find the registry", call, environment);
      return registries.flatMap(({ aliases = [] }) => aliases.flatMap(({ name }) => name ?? []));
    },
    async logIn() {
      const call = () => client.send(new GetAuthorizationTokenCommand({}), options);
      const { authorizationData } = await persist("log in to public ECR", call, environment);
      return credentialsOf(authorizationData?.authorizationToken, mask);
    },
    async create(repositoryName, tags) {
      const pairs = [...tags].map(([Key, Value]) => ({ Key, Value }));
      const command = new CreateRepositoryCommand({ repositoryName, tags: pairs });
      const call = () => client.send(command, options);
      const answer = await persist("create the repository", call, environment).catch(
        ignore("RepositoryAlreadyExistsException"),
      );
      if (answer?.repository) log.info(`Created the public repository ${answer.repository.repositoryUri}`);
      return answer?.repository;
    },
  };
}

function ignore(name: string) {
  return (error: unknown) => {
    if (error instanceof Error && error.name === name) return undefined;
    throw error;
  };
}
