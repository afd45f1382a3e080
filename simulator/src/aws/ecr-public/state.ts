import type { Repository, RepositoryCatalogData } from "@aws-sdk/client-ecr-public";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../errors.ts";
import { publicHost } from "../../planes/registry/ecr-rules.ts";
import type { RegistryRepository } from "../../planes/registry.ts";
import { invalidParameter } from "../ecr/state.ts";

export interface PublicRepository {
  /** As DescribeRepositories shows it; `repositoryUri` is added when it is read. */
  readonly description: Omit<Repository, "repositoryUri"> & {
    readonly registryId: string;
    readonly repositoryName: string;
    readonly repositoryArn: string;
  };
  readonly images: RegistryRepository;
  tags: Map<string, string>;
  catalogData: RepositoryCatalogData | undefined;
  /** JSON text as it was put; not enforced: it says which other accounts may push. */
  policyText: string | undefined;
}

interface Named {
  registryId?: string | undefined;
  repositoryName: string | undefined;
}

export interface EcrPublicState {
  readonly environment: Environment;
  readonly repositories: Map<string, PublicRepository>;
  /** The registry's alias in the names of its images. */
  readonly alias: string;
  /** Throws RepositoryNotFoundException. */
  find(input: Named): PublicRepository;
  findByArn(arn: string | undefined): PublicRepository;
  describe(repository: PublicRepository): Repository;
  /** host/alias of the account's registry. */
  registryUri(): string;
  /** Throws RegistryNotFoundException: a registry is named by its account's id or by its alias. */
  assertOwn(registryId: string | undefined): void;
}

export function createEcrPublicState(environment: Environment): EcrPublicState {
  const { accountId, gateway } = environment;
  const repositories = new Map<string, PublicRepository>();
  const alias = defaultAlias(accountId);
  const registryUri = () => `${publicHost(gateway)}/${alias}`;
  const find: EcrPublicState["find"] = ({ registryId = accountId, repositoryName = "" }) => {
    const own = registryId === accountId || registryId === alias;
    const repository = own ? repositories.get(repositoryName) : undefined;
    if (repository) return repository;
    throw new AwsError(
      "RepositoryNotFoundException",
      `The repository with name '${repositoryName}' does not exist in the registry with id '${registryId}'`,
    );
  };
  return {
    environment,
    repositories,
    alias,
    registryUri,
    find,
    findByArn(arn) {
      const prefix = repositoryArn(accountId, "");
      if (!arn?.startsWith(prefix))
        throw invalidParameter("resourceArn", `must be the ARN of a repository, ${prefix}<name>, not ${arn}`);
      return find({ repositoryName: arn.slice(prefix.length) });
    },
    describe: ({ description }) => ({
      ...description,
      repositoryUri: `${registryUri()}/${description.repositoryName}`,
    }),
    assertOwn(registryId = accountId) {
      if (registryId === accountId || registryId === alias) return;
      throw new AwsError("RegistryNotFoundException", `The registry with id '${registryId}' does not exist`);
    },
  };
}

export function repositoryArn(accountId: string, name: string): string {
  return `arn:aws:ecr-public::${accountId}:repository/${name}`;
}

/** AWS gives each registry one at random, of eight such characters; here it is the account's own, and stays so. */
function defaultAlias(accountId: string): string {
  return Number(accountId).toString(36).padStart(8, "a");
}
