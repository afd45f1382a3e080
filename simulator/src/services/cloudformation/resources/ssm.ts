import { ignoreMissing, type Properties, type ResourceContext, type ResourceType } from "./resource-type.ts";
import { map, oneOf, text } from "./shape.ts";

const ssm = (context: ResourceContext) => context.environment.aws.ssm;

export const parameter: ResourceType = {
  properties: {
    Name: text,
    Type: oneOf("String", "StringList"),
    Value: text,
    Description: text,
    AllowedPattern: text,
    DataType: oneOf("text"),
    Tier: oneOf("Standard"),
    Tags: map,
  },
  required: ["Type", "Value"],
  replacement: ["Name"],
  nameProperty: "Name",
  attributes: ["Type", "Value"],
  async create(context, properties) {
    const Name = properties.Name ?? context.generateName(255);
    const Tags = Object.entries(properties.Tags ?? {}).map(([Key, Value]) => ({ Key, Value: String(Value) }));
    await ssm(context).putParameter({ ...settings(properties), Name, Tags });
    return Name;
  },
  readAttributes: async (_, __, { Type, Value }) => ({ Type, Value }),
  async update(context, Name, next, previous) {
    await ssm(context).putParameter({ ...settings(next), Name, Overwrite: true });
    const target = { ResourceType: "Parameter" as const, ResourceId: Name };
    const { Tags: tags = {} } = next;
    const TagKeys = Object.keys(previous.Tags ?? {}).filter((key) => !(key in tags));
    if (TagKeys.length > 0) await ssm(context).removeTagsFromResource({ ...target, TagKeys });
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value: String(Value) }));
    if (Tags.length > 0) await ssm(context).addTagsToResource({ ...target, Tags });
  },
  delete: (context, Name) =>
    ignoreMissing(["ParameterNotFound"], async () => {
      await ssm(context).deleteParameter({ Name });
    }),
};

function settings({ Type, Value, Description, AllowedPattern, DataType, Tier }: Properties) {
  return { Type, Value, Description, AllowedPattern, DataType, Tier };
}
