import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { type Properties, resourceType, smallTags } from "./resource-type.ts";
import { camelCase, integer, list, map, object, oneOf, tags, text } from "./shape.ts";

const artifacts = list(object({ Name: text }, ["Name"]));
const action = object(
  {
    Name: text,
    ActionTypeId: object({ Category: text, Owner: text, Provider: text, Version: text }, [
      "Category",
      "Owner",
      "Provider",
      "Version",
    ]),
    Configuration: map,
    InputArtifacts: artifacts,
    OutputArtifacts: artifacts,
    Namespace: text,
    Region: text,
    RoleArn: text,
    RunOrder: integer,
    TimeoutInMinutes: integer,
  },
  ["Name", "ActionTypeId"],
);

const pipelineProperties = {
  Name: text,
  RoleArn: text,
  ArtifactStore: object({ Type: oneOf("S3"), Location: text }, ["Type", "Location"]),
  Stages: list(object({ Name: text, Actions: list(action) }, ["Name", "Actions"])),
  ExecutionMode: oneOf("SUPERSEDED"),
  PipelineType: oneOf("V1", "V2"),
  Tags: tags,
};

export const pipeline = resourceType({
  properties: pipelineProperties,
  required: ["RoleArn", "Stages"],
  replacement: ["Name"],
  nameProperty: "Name",
  importedBy: "Name",
  find: async ({ aws }, name) => (await aws.codepipeline.getPipeline({ name })).pipeline,
  attributes: { Version: ({ found }) => String(found.version) },
  tagging: {
    target: ({ context, id }) => context.arn("codepipeline", id),
    set: (aws, resourceArn, set) => aws.codepipeline.tagResource({ resourceArn, tags: smallTags(set) }),
    remove: (aws, resourceArn, tagKeys) => aws.codepipeline.untagResource({ resourceArn, tagKeys }),
  },
  async create({ aws, generateName }, { Tags, Name = generateName(100), ...rest }) {
    await aws.codepipeline.createPipeline({ pipeline: declaration(Name, rest), tags: smallTags(Tags) });
    return Name;
  },
  update: ({ aws }, name, { Tags: _, ...rest }) =>
    aws.codepipeline.updatePipeline({ pipeline: declaration(name, rest) }),
  // Deleting a missing pipeline is not an error.
  delete: ({ aws }, name) => aws.codepipeline.deletePipeline({ name }),
});

function declaration(name: string, given: Properties): PipelineDeclaration {
  return { ...camelCase<PipelineDeclaration>(object(pipelineProperties), given), name };
}
