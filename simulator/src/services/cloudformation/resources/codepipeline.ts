import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { type Properties, resourceType, smallTags } from "./resource-type.ts";
import { camelCase } from "./shape.ts";
import { propertiesOf } from "./type-table.ts";

export const pipeline = resourceType({
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
  return { ...camelCase<PipelineDeclaration>(propertiesOf("AWS::CodePipeline::Pipeline"), given), name };
}
