import type { Repository } from "@aws-sdk/client-ecr";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import { byArn } from "../../kit/tags.ts";
import type { RegistryRepository } from "../../runtime/registry/registry.ts";

export interface RepositoryRecord {
  /** As DescribeRepositories shows it; `repositoryUri` is added when it is read. */
  description: Omit<Repository, "repositoryUri"> & {
    registryId: string;
    repositoryName: string;
    repositoryArn: string;
  };
  readonly images: RegistryRepository;
  readonly tags: Map<string, string>;
  /** JSON text unchanged; it has an effect only if the repository belongs to another account. */
  policyText: string | undefined;
  /** JSON text unchanged. ECR applies it within 24 hours; the simulator never does. */
  lifecyclePolicyText: string | undefined;
}

export interface EcrState {
  readonly environment: Environment;
  /** Repositories of the simulator's own account, by name. */
  readonly repositories: Map<string, RepositoryRecord>;
  /** Repositories of other accounts, by the name of their images. */
  readonly foreignRepositories: Map<string, RepositoryRecord>;
  /** Throws RepositoryNotFoundException. */
  find(input: { registryId?: string | undefined; repositoryName: string | undefined }): RepositoryRecord;
  tagsOf(arn: string): Map<string, string>;
  describe(record: RepositoryRecord): Repository;
}

export function createEcrState(environment: Environment): EcrState {
  const { accountId, region, gateway } = environment;
  const repositories = new Map<string, RepositoryRecord>();
  const foreignRepositories = new Map<string, RepositoryRecord>();
  const find: EcrState["find"] = ({ registryId = accountId, repositoryName }) => {
    const named = repositoryName ?? "";
    const record =
      registryId === accountId
        ? repositories.get(named)
        : (foreignRepositories.get(imageName(accountId, registryId, named)) ??
          // One's own with the name of the other's host stands in for it (see registry-server.ts).
          repositories.get(`${registryId}.dkr.ecr.${region}.amazonaws.com/${named}`));
    if (record) return record;
    throw new AwsError(
      "RepositoryNotFoundException",
      `The repository with name '${repositoryName}' does not exist in the registry with id '${registryId}'`,
    );
  };
  environment.permissions.sources.resources.set(
    "ecr",
    (arn) => repositories.get(arn.slice(repositoryArn(region, accountId, "").length))?.policyText,
  );
  return {
    environment,
    repositories,
    foreignRepositories,
    find,
    tagsOf: (arn) =>
      byArn(
        arn,
        repositoryArn(region, accountId, ""),
        "InvalidParameterException",
        (repositoryName) => find({ repositoryName }).tags,
      ),
    describe: ({ description, images }) => ({
      ...description,
      repositoryUri: `${gateway.host}:${gateway.port}/${images.name}`,
    }),
  };
}

/** ECR API reference: pattern of registryId. */
export const accountPattern = /^[0-9]{12}$/;

/** All accounts' images have one address; on AWS, the account is in the host's name. */
export function imageName(ownAccountId: string, registryId: string, repositoryName: string): string {
  return registryId === ownAccountId ? repositoryName : `${registryId}/${repositoryName}`;
}

export function repositoryArn(region: string, accountId: string, name: string): string {
  return `arn:aws:ecr:${region}:${accountId}:repository/${name}`;
}

export function invalidParameter(name: string, constraint: string): AwsError {
  return new AwsError(
    "InvalidParameterException",
    `Invalid parameter at '${name}' failed to satisfy constraint: '${constraint}'`,
  );
}

/** Source: TagResource, ECR API reference. */
export const tagRules = { tooMany: "TooManyTagsException", invalid: "InvalidTagParameterException" };

export const page = pager({
  size: "maxResults",
  token: "nextToken",
  standard: 100,
  largest: 1000,
  code: "InvalidParameterException",
});
