import type { Repository, Tag } from "@aws-sdk/client-ecr";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { page as pageOf } from "../../kit/page.ts";
import type { RegistryRepository } from "../../runtime/registry/registry.ts";

export interface RepositoryRecord {
  /** As DescribeRepositories shows it; `repositoryUri` is added when it is read. */
  description: Omit<Repository, "repositoryUri"> & {
    registryId: string;
    repositoryName: string;
    repositoryArn: string;
  };
  readonly images: RegistryRepository;
  tags: Map<string, string>;
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
  findByArn(arn: string | undefined): RepositoryRecord;
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
        : foreignRepositories.get(imageName(accountId, registryId, named));
    if (record) return record;
    throw new AwsError(
      "RepositoryNotFoundException",
      `The repository with name '${repositoryName}' does not exist in the registry with id '${registryId}'`,
    );
  };
  return {
    environment,
    repositories,
    foreignRepositories,
    find,
    findByArn(arn) {
      const prefix = repositoryArn(region, accountId, "");
      if (!arn?.startsWith(prefix))
        throw invalidParameter("resourceArn", `must be the ARN of a repository, ${prefix}<name>, not ${arn}`);
      return find({ repositoryName: arn.slice(prefix.length) });
    },
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

/** Limits of a resource's tags: ECR API reference, TagResource. */
export function toTagMap(tags: readonly Partial<Tag>[] | undefined, existing = new Map<string, string>()) {
  const merged = new Map(existing);
  for (const { Key, Value } of tags ?? []) {
    if (!Key || Key.length > 128)
      throw new AwsError("InvalidTagParameterException", "a tag's key has 1 to 128 characters");
    if (Value === undefined || Value.length > 256)
      throw new AwsError("InvalidTagParameterException", `the value of tag '${Key}' has 0 to 256 characters`);
    merged.set(Key, Value);
  }
  if (merged.size > 50) throw new AwsError("TooManyTagsException", "a repository has at most 50 tags");
  return merged;
}

/** Default and maximum of `maxResults` in ECR's lists. */
const defaultPage = 100;
const largestPage = 1000;

interface PageRequest {
  maxResults?: number | undefined;
  nextToken?: string | undefined;
}

export function page<Item>(all: readonly Item[], { maxResults = defaultPage, nextToken }: PageRequest) {
  if (maxResults < 1 || maxResults > largestPage)
    throw invalidParameter("maxResults", `must be 1 to ${largestPage}`);
  const code = "InvalidParameterException";
  const { items, next } = pageOf(all, { size: maxResults, token: nextToken, code });
  return { items, nextToken: next };
}
