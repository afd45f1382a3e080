import type { EncryptionConfiguration } from "@aws-sdk/client-ecr";
import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  tagChanges,
} from "./resource-type.ts";
import { boolean, json, list, object, oneOf, tags, text } from "./shape.ts";

const ecr = (context: ResourceContext) => context.environment.aws.ecr;

export const repository: ResourceType = {
  properties: {
    RepositoryName: text,
    ImageTagMutability: oneOf("MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"),
    ImageTagMutabilityExclusionFilters: list(
      object({
        ImageTagMutabilityExclusionFilterType: oneOf("WILDCARD"),
        ImageTagMutabilityExclusionFilterValue: text,
      }),
    ),
    ImageScanningConfiguration: object({ ScanOnPush: boolean }),
    EmptyOnDelete: boolean,
    EncryptionConfiguration: object({ EncryptionType: oneOf("AES256", "KMS", "KMS_DSSE"), KmsKey: text }, [
      "EncryptionType",
    ]),
    LifecyclePolicy: object({ LifecyclePolicyText: text }),
    RepositoryPolicyText: json,
    Tags: tags,
  },
  replacement: ["RepositoryName", "EncryptionConfiguration"],
  nameProperty: "RepositoryName",
  attributes: ["Arn", "RepositoryUri"],
  async create(context, properties) {
    const repositoryName = properties.RepositoryName ?? context.generateName(256).toLowerCase();
    await ecr(context).createRepository({
      repositoryName,
      imageTagMutability: properties.ImageTagMutability,
      imageTagMutabilityExclusionFilters: exclusionFilters(properties),
      imageScanningConfiguration: scanning(properties),
      encryptionConfiguration: encryptionOf(properties),
      tags: properties.Tags,
    });
    context.identify(repositoryName);
    await setPolicies(context, repositoryName, properties, {});
    return repositoryName;
  },
  async readAttributes(context, repositoryName) {
    const { repositories = [] } = await ecr(context).describeRepositories({
      repositoryNames: [repositoryName],
    });
    const { repositoryArn = "", repositoryUri = "" } = repositories[0] ?? {};
    return { Arn: repositoryArn, RepositoryUri: repositoryUri };
  },
  async update(context, repositoryName, next, previous) {
    await ecr(context).putImageTagMutability({
      repositoryName,
      imageTagMutability: next.ImageTagMutability ?? "MUTABLE",
      imageTagMutabilityExclusionFilters: exclusionFilters(next),
    });
    await ecr(context).putImageScanningConfiguration({
      repositoryName,
      imageScanningConfiguration: scanning(next) ?? { scanOnPush: false },
    });
    await setPolicies(context, repositoryName, next, previous);
    await updateTags(context, repositoryName, next, previous);
  },
  delete: (context, repositoryName, { EmptyOnDelete: force }) =>
    ignoreMissing(["RepositoryNotFoundException"], () =>
      ecr(context).deleteRepository({ repositoryName, force }),
    ),
};

function exclusionFilters({ ImageTagMutabilityExclusionFilters: filters }: Properties) {
  return filters?.map((filter: Properties) => ({
    filterType: filter.ImageTagMutabilityExclusionFilterType,
    filter: filter.ImageTagMutabilityExclusionFilterValue,
  }));
}

function encryptionOf({ EncryptionConfiguration: given }: Properties): EncryptionConfiguration | undefined {
  return given && { encryptionType: given.EncryptionType, kmsKey: given.KmsKey };
}

function scanning({ ImageScanningConfiguration: configuration }: Properties) {
  return configuration && { scanOnPush: configuration.ScanOnPush };
}

async function setPolicies(
  context: ResourceContext,
  repositoryName: string,
  next: Properties,
  previous: Properties,
) {
  const lifecyclePolicyText = next.LifecyclePolicy?.LifecyclePolicyText;
  if (lifecyclePolicyText) await ecr(context).putLifecyclePolicy({ repositoryName, lifecyclePolicyText });
  else if (previous.LifecyclePolicy) await ecr(context).deleteLifecyclePolicy({ repositoryName });
  const policy = next.RepositoryPolicyText;
  if (policy) await ecr(context).setRepositoryPolicy({ repositoryName, policyText: JSON.stringify(policy) });
  else if (previous.RepositoryPolicyText) await ecr(context).deleteRepositoryPolicy({ repositoryName });
}

async function updateTags(context: ResourceContext, name: string, next: Properties, previous: Properties) {
  const { set, remove } = tagChanges(previous.Tags, next.Tags);
  const { region, accountId } = context.environment;
  const resourceArn = `arn:aws:ecr:${region}:${accountId}:repository/${name}`;
  if (set.length > 0) await ecr(context).tagResource({ resourceArn, tags: set });
  if (remove.length > 0) await ecr(context).untagResource({ resourceArn, tagKeys: remove });
}
