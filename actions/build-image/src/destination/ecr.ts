import { DescribeRepositoriesCommand, type ECRClient, type Repository } from "@aws-sdk/client-ecr";
import { isAccessDenied } from "../../../shared/aws-errors.ts";
import { Failure } from "../../../shared/failure.ts";
import type { Credentials } from "../../../shared/registry/authorization.ts";
import { createRegistryClient } from "../../../shared/registry/client.ts";
import type { BuildEnvironment } from "../environment.ts";
import { both } from "./both.ts";
import { createRepository } from "./create-repository.ts";
import type { Destination } from "./destination.ts";
import type { FoundDestination } from "./find-destination.ts";
import type { RepositoryCreation } from "./inputs.ts";
import { logInToEcr } from "./log-in.ts";
import { persist } from "./persist.ts";
import type { RepositoryName } from "./repository-name.ts";
import { tellDifferences } from "./tell-differences.ts";

export type EcrName = Extract<RepositoryName, { registry: "ecr" }>;

/** Private ECR: the answer's address is used, since the account of a name alone is known only there. */
export async function findInEcr(
  name: EcrName,
  creation: RepositoryCreation | undefined,
  environment: BuildEnvironment,
): Promise<FoundDestination> {
  const client = await environment.createEcr(name.elsewhere?.region);
  const [found, credentials] = await both(
    describe(client, name, environment),
    logInToEcr(client, environment),
  );
  if (!found && !creation) throw missing(name);
  return {
    async open() {
      if (found && creation) tellDifferences(found, creation, environment.log);
      const repository = found ?? (await create(client, name, creation as RepositoryCreation, environment));
      return toDestination(repository, { client, name, credentials, environment });
    },
  };
}

/** Undefined when there is none. */
async function describe(
  client: ECRClient,
  name: EcrName,
  environment: BuildEnvironment,
): Promise<Repository | undefined> {
  const { signal, log } = environment;
  const command = new DescribeRepositoriesCommand({
    ...(name.elsewhere && { registryId: name.elsewhere.accountId }),
    repositoryNames: [name.name],
  });
  const call = () => client.send(command, { abortSignal: signal });
  try {
    const { repositories } = await persist("find the repository", call, environment);
    return repositories?.[0];
  } catch (error) {
    if (error instanceof Error && error.name === "RepositoryNotFoundException") return undefined;
    // Another account often grants pushing only; its registry's name is all that pushing needs.
    if (!name.elsewhere || !isAccessDenied(error)) throw error;
    log.notice(
      `Could not check the repository's settings (${(error as Error).message}); its registry will say what it does not take.`,
    );
    const { host, accountId } = name.elsewhere;
    return { repositoryUri: `${host}/${name.name}`, registryId: accountId };
  }
}

/** Another job may create it at the same moment. */
async function create(
  client: ECRClient,
  name: EcrName,
  creation: RepositoryCreation,
  environment: BuildEnvironment,
): Promise<Repository> {
  const created = await createRepository(client, name, creation, environment);
  const repository = created ?? (await describe(client, name, environment));
  if (repository) return repository;
  throw new Failure(`The repository ${name.name} was there when it was to be created, and is gone now`, {
    nextStep: "see who removes it, then run the job again.",
  });
}

interface Opened {
  readonly client: ECRClient;
  readonly name: EcrName;
  readonly credentials: Credentials;
  readonly environment: BuildEnvironment;
}

function toDestination(
  repository: Repository,
  { client, name, credentials, environment }: Opened,
): Destination {
  const { repositoryUri: uri = "", registryId = "" } = repository;
  const slash = uri.indexOf("/");
  if (slash < 1) throw new Failure(`ECR gave no address for the repository ${name.name}`);
  const host = uri.slice(0, slash);
  return {
    host,
    name: uri.slice(slash + 1),
    uri,
    portableUri: name.elsewhere ? uri : `ecr://${name.name}`,
    isImmutable: (tag) => isImmutable(tag, repository),
    credentials,
    registry: createRegistryClient({
      ...environment,
      host,
      credentials,
      renewCredentials: () => logInToEcr(client, environment),
    }),
    ecr: { client, registryId, repositoryName: name.name },
  };
}

/** ECR API reference, ImageTagMutabilityExclusionFilter: `*` stands for any text. */
function isImmutable(
  tag: string,
  { imageTagMutability = "MUTABLE", imageTagMutabilityExclusionFilters: filters = [] }: Repository,
): boolean {
  const excluded = filters.some(({ filter = "" }) => matches(tag, filter));
  return imageTagMutability.startsWith("IMMUTABLE") !== excluded;
}

function matches(tag: string, filter: string): boolean {
  const parts = filter.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(tag);
}

function missing({ name, elsewhere }: EcrName): Failure {
  const where = elsewhere
    ? `the account ${elsewhere.accountId} and the region ${elsewhere.region}`
    : "this account and region";
  const inRegion = elsewhere ? ` --registry-id ${elsewhere.accountId} --region ${elsewhere.region}` : "";
  return new Failure(`There is no ECR repository "${name}" in ${where}`, {
    nextStep: `correct the input repository, set create-repository: true, or create it: aws ecr create-repository --repository-name ${name}${inRegion}`,
  });
}
