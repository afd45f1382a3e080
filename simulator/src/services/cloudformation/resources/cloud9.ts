import type { CreateEnvironmentEC2CommandInput } from "@aws-sdk/client-cloud9";
import { type ResourceContext, resourceType, settled } from "./resource-type.ts";
import { camelCase } from "./shape.ts";
import { propertiesOf } from "./type-table.ts";

export const developmentEnvironment = resourceType({
  find,
  attributes: { Arn: ({ found }) => found.arn, Name: ({ found }) => found.name },
  tagging: {
    target: ({ context, id }) => context.arn("cloud9", `environment:${id}`),
    set: (aws, ResourceARN, Tags) => aws.cloud9.tagResource({ ResourceARN, Tags }),
    remove: (aws, ResourceARN, TagKeys) => aws.cloud9.untagResource({ ResourceARN, TagKeys }),
  },
  async create({ aws, generateName }, { Tags, ...rest }) {
    const input: CreateEnvironmentEC2CommandInput = camelCase(
      propertiesOf("AWS::Cloud9::EnvironmentEC2"),
      rest,
    );
    // 60 is Cloud9's limit on names.
    const name = input.name ?? generateName(60);
    return (await aws.cloud9.createEnvironmentEC2({ ...input, name, tags: Tags })).environmentId;
  },
  stabilize: (context, id) =>
    settled(context, async () => {
      const { status, reason } = (await find(context, id))?.lifecycle ?? {};
      if (status === "CREATE_FAILED") throw new Error(reason ?? `environment ${id} failed`);
      return status === "CREATED";
    }),
  update: ({ aws }, environmentId, { Name: name, Description: description = "" }) =>
    aws.cloud9.updateEnvironment({ environmentId, name, description }),
  delete: ({ aws }, environmentId) => aws.cloud9.deleteEnvironment({ environmentId }),
});

async function find({ aws }: ResourceContext, id: string) {
  return (await aws.cloud9.describeEnvironments({ environmentIds: [id] })).environments?.[0];
}
