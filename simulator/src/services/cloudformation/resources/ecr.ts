import { type Properties, type ResourceContext, resourceType } from "./resource-type.ts";

export const repository = resourceType({
  find: async ({ aws }, name) =>
    (await aws.ecr.describeRepositories({ repositoryNames: [name] })).repositories?.[0],
  attributes: {
    Arn: ({ found }) => found.repositoryArn,
    RepositoryUri: ({ found }) => found.repositoryUri,
  },
  tagging: {
    target: ({ context, id }) => context.arn("ecr", `repository/${id}`),
    set: (aws, resourceArn, set) => aws.ecr.tagResource({ resourceArn, tags: set }),
    remove: (aws, resourceArn, tagKeys) => aws.ecr.untagResource({ resourceArn, tagKeys }),
  },
  async create(context, properties) {
    const repositoryName = properties.RepositoryName ?? context.generateName(256).toLowerCase();
    await context.aws.ecr.createRepository({
      ...settings(properties),
      repositoryName,
      tags: properties.Tags,
    });
    context.identify(repositoryName);
    await setPolicies(context, repositoryName, properties, {});
    return repositoryName;
  },
  async update(context, repositoryName, next, previous) {
    const { imageTagMutability, imageScanningConfiguration } = settings(next);
    await context.aws.ecr.putImageTagMutability({ repositoryName, imageTagMutability });
    await context.aws.ecr.putImageScanningConfiguration({ repositoryName, imageScanningConfiguration });
    await setPolicies(context, repositoryName, next, previous);
  },
  delete: ({ aws }, repositoryName, { EmptyOnDelete: force }) =>
    aws.ecr.deleteRepository({ repositoryName, force }),
});

function settings({ ImageTagMutability = "MUTABLE", ImageScanningConfiguration }: Properties) {
  return {
    imageTagMutability: ImageTagMutability,
    imageScanningConfiguration: { scanOnPush: ImageScanningConfiguration?.ScanOnPush ?? false },
  };
}

async function setPolicies(
  { aws: { ecr } }: ResourceContext,
  repositoryName: string,
  next: Properties,
  previous: Properties,
) {
  const lifecyclePolicyText = next.LifecyclePolicy?.LifecyclePolicyText;
  if (lifecyclePolicyText) await ecr.putLifecyclePolicy({ repositoryName, lifecyclePolicyText });
  else if (previous.LifecyclePolicy) await ecr.deleteLifecyclePolicy({ repositoryName });
  const policy = next.RepositoryPolicyText;
  if (policy) await ecr.setRepositoryPolicy({ repositoryName, policyText: JSON.stringify(policy) });
  else if (previous.RepositoryPolicyText) await ecr.deleteRepositoryPolicy({ repositoryName });
}
