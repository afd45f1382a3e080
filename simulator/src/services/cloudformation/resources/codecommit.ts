import { HandlerError } from "./failures.ts";
import { type ResourceContext, resourceType, tagMap } from "./resource-type.ts";

/** Its physical id is the repository's id, which a new name does not change. */
export const gitRepository = resourceType({
  async find(context, id) {
    const repositoryName = await nameOf(context, id);
    return (await context.aws.codecommit.getRepository({ repositoryName })).repositoryMetadata;
  },
  attributes: {
    Arn: ({ found }) => found.Arn,
    CloneUrlHttp: ({ found }) => found.cloneUrlHttp,
    CloneUrlSsh: ({ found }) => found.cloneUrlSsh,
    Name: ({ found }) => found.repositoryName,
  },
  tagging: {
    target: ({ context, properties }) => context.arn("codecommit", properties.RepositoryName),
    set: (aws, resourceArn, set) => aws.codecommit.tagResource({ resourceArn, tags: tagMap(set) }),
    remove: (aws, resourceArn, tagKeys) => aws.codecommit.untagResource({ resourceArn, tagKeys }),
  },
  async create({ aws }, { RepositoryName: repositoryName, RepositoryDescription, Tags }) {
    const { repositoryMetadata } = await aws.codecommit.createRepository({
      repositoryName,
      repositoryDescription: RepositoryDescription,
      tags: tagMap(Tags),
    });
    return repositoryMetadata?.repositoryId;
  },
  async update(context, id, { RepositoryName: repositoryName, RepositoryDescription = "" }) {
    const { codecommit } = context.aws;
    const oldName = await nameOf(context, id);
    if (repositoryName !== oldName)
      await codecommit.updateRepositoryName({ oldName, newName: repositoryName });
    const repositoryDescription = RepositoryDescription;
    await codecommit.updateRepositoryDescription({ repositoryName, repositoryDescription });
  },
  delete: async (context, id) =>
    context.aws.codecommit.deleteRepository({ repositoryName: await nameOf(context, id) }),
});

async function nameOf({ aws }: ResourceContext, id: string): Promise<string> {
  const { repositories = [] } = await aws.codecommit.listRepositories({});
  const found = repositories.find(({ repositoryId }) => repositoryId === id);
  if (found?.repositoryName !== undefined) return found.repositoryName;
  throw new HandlerError(`The repository with the id ${id} does not exist`, "NotFound");
}
