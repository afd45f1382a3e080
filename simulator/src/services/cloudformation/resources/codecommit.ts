import { AwsError } from "../../../kit/errors.ts";
import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  tagChanges,
  tagMap,
} from "./resource-type.ts";
import { tags, text } from "./shape.ts";

const codecommit = (context: ResourceContext) => context.environment.aws.codecommit;

/** Its physical id is the repository's id, which a new name does not change. */
export const gitRepository: ResourceType = {
  properties: { RepositoryName: text, RepositoryDescription: text, Tags: tags },
  required: ["RepositoryName"],
  attributes: ["Arn", "CloneUrlHttp", "CloneUrlSsh", "Name"],
  async create(context, { RepositoryName, RepositoryDescription, Tags }) {
    const { repositoryMetadata } = await codecommit(context).createRepository({
      repositoryName: RepositoryName,
      repositoryDescription: RepositoryDescription,
      tags: tagMap(Tags),
    });
    return repositoryMetadata?.repositoryId ?? "";
  },
  async readAttributes(context, id) {
    const repositoryName = await nameOf(context, id);
    const { repositoryMetadata: found } = await codecommit(context).getRepository({ repositoryName });
    const { Arn = "", cloneUrlHttp = "", cloneUrlSsh = "" } = found ?? {};
    return { Arn, CloneUrlHttp: cloneUrlHttp, CloneUrlSsh: cloneUrlSsh, Name: repositoryName };
  },
  async update(context, id, next, previous) {
    const oldName = await nameOf(context, id);
    const repositoryName: string = next.RepositoryName;
    if (repositoryName !== oldName)
      await codecommit(context).updateRepositoryName({ oldName, newName: repositoryName });
    const { RepositoryDescription: repositoryDescription = "" } = next;
    if (repositoryDescription !== (previous.RepositoryDescription ?? ""))
      await codecommit(context).updateRepositoryDescription({ repositoryName, repositoryDescription });
    await updateTags(context, repositoryName, next, previous);
  },
  delete: (context, id) =>
    ignoreMissing(["RepositoryDoesNotExistException"], async () => {
      await codecommit(context).deleteRepository({ repositoryName: await nameOf(context, id) });
    }),
};

async function nameOf(context: ResourceContext, id: string): Promise<string> {
  const { repositories = [] } = await codecommit(context).listRepositories({});
  const found = repositories.find(({ repositoryId }) => repositoryId === id);
  if (found?.repositoryName !== undefined) return found.repositoryName;
  throw new AwsError("RepositoryDoesNotExistException", `The repository with the id ${id} does not exist`);
}

async function updateTags(context: ResourceContext, name: string, next: Properties, previous: Properties) {
  const { set, remove } = tagChanges(previous.Tags, next.Tags);
  const { region, accountId } = context.environment;
  const resourceArn = `arn:aws:codecommit:${region}:${accountId}:${name}`;
  if (set.length > 0) await codecommit(context).tagResource({ resourceArn, tags: tagMap(set) });
  if (remove.length > 0) await codecommit(context).untagResource({ resourceArn, tagKeys: remove });
}
