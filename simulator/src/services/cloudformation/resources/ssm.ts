import { resourceType, tagList } from "./resource-type.ts";

export const parameter = resourceType({
  attributes: { Type: ({ properties }) => properties.Type, Value: ({ properties }) => properties.Value },
  tagging: {
    set: (aws, ResourceId, Tags) =>
      aws.ssm.addTagsToResource({ ResourceType: "Parameter", ResourceId, Tags }),
    remove: (aws, ResourceId, TagKeys) =>
      aws.ssm.removeTagsFromResource({ ResourceType: "Parameter", ResourceId, TagKeys }),
  },
  async create({ aws, generateName }, { Tags, Value, Name = generateName(255), ...rest }) {
    await aws.ssm.putParameter({ ...rest, Name, Value, Tags: tagList(Tags) });
    return Name;
  },
  update: ({ aws }, Name, { Tags: _, Value, ...rest }) =>
    aws.ssm.putParameter({ ...rest, Name, Value, Overwrite: true }),
  delete: ({ aws }, Name) => aws.ssm.deleteParameter({ Name }),
});
