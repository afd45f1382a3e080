import type { Repository } from "@aws-sdk/client-ecr-public";
import { Failure } from "../../../shared/failure.ts";
import { createRegistryClient } from "../../../shared/registry/client.ts";
import { credentialsOf } from "../../../shared/registry/ecr-login.ts";
import type { BuildEnvironment } from "../environment.ts";
import { both } from "./both.ts";
import type { FoundDestination } from "./find-destination.ts";
import type { RepositoryCreation } from "./inputs.ts";
import { persist } from "./persist.ts";
import type { RepositoryName } from "./repository-name.ts";

type PublicName = Extract<RepositoryName, { registry: "ecr-public" }>;

/** Public ECR: tags can always be moved, and images are neither scanned nor expired. */
export async function findInPublicEcr(
  name: PublicName,
  creation: RepositoryCreation | undefined,
  environment: BuildEnvironment,
): Promise<FoundDestination> {
  const ecr = await connect(environment);
  const [found, credentials] = await both(ecr.describe(name.name), ecr.logIn());
  if (!found && !creation) throw missing(name);
  return {
    async open() {
      const repository =
        found ??
        (await ecr.create(name.name, creation as RepositoryCreation)) ??
        (await ecr.describe(name.name));
      const uri = repository?.repositoryUri ?? "";
      const slash = uri.indexOf("/");
      if (slash < 1) throw new Failure(`ECR gave no address for the public repository ${name.name}`);
      const host = uri.slice(0, slash);
      assertAlias(uri.slice(slash + 1), name);
      return {
        host,
        name: uri.slice(slash + 1),
        uri,
        portableUri: uri,
        isImmutable: () => false,
        credentials,
        registry: createRegistryClient({ ...environment, host, credentials, renewCredentials: ecr.logIn }),
        ecr: undefined,
      };
    },
  };
}

async function connect(environment: BuildEnvironment) {
  const { CreateRepositoryCommand, DescribeRepositoriesCommand, GetAuthorizationTokenCommand } = await import(
    "@aws-sdk/client-ecr-public"
  );
  const client = await environment.createEcrPublic();
  const { log, mask, signal } = environment;
  return {
    /** Undefined when there is none. */
    async describe(repositoryName: string): Promise<Repository | undefined> {
      const command = new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] });
      const call = () => client.send(command, { abortSignal: signal });
      const answer = await persist("find the repository", call, environment).catch(
        ignore("RepositoryNotFoundException"),
      );
      return answer?.repositories?.[0];
    },
    async logIn() {
      const command = new GetAuthorizationTokenCommand({});
      const call = () => client.send(command, { abortSignal: signal });
      const { authorizationData } = await persist("log in to public ECR", call, environment);
      return credentialsOf(authorizationData?.authorizationToken, mask);
    },
    /** Undefined when it was there: another job was faster. */
    async create(repositoryName: string, { tags }: RepositoryCreation): Promise<Repository | undefined> {
      const command = new CreateRepositoryCommand({
        repositoryName,
        tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
      });
      const call = () => client.send(command, { abortSignal: signal });
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

function assertAlias(path: string, { alias, name }: PublicName): void {
  const actual = path.slice(0, path.length - name.length - 1);
  if (actual !== alias)
    throw new Failure(
      `The input repository names the public registry ${alias}, and the job's account has ${actual || "none"}`,
      { nextStep: `give public.ecr.aws/${actual}/${name}, or log in to the other account.` },
    );
}

function missing({ alias, name }: PublicName): Failure {
  return new Failure(`There is no repository "${name}" in this account's public registry (${alias})`, {
    nextStep: `correct the input repository, set create-repository: true, or create it: aws ecr-public create-repository --region us-east-1 --repository-name ${name}`,
  });
}
