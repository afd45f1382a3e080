import {
  ignoreMissing,
  type ResourceContext,
  type ResourceType,
  tagChanges,
  waitUntil,
} from "./resource-type.ts";
import { integer, oneOf, tags, text } from "./shape.ts";

const cloud9 = (context: ResourceContext) => context.environment.aws.cloud9;

export const developmentEnvironment: ResourceType = {
  properties: {
    Name: text,
    Description: text,
    InstanceType: text,
    ImageId: text,
    SubnetId: text,
    ConnectionType: oneOf("CONNECT_SSH", "CONNECT_SSM"),
    AutomaticStopTimeMinutes: integer,
    OwnerArn: text,
    Tags: tags,
  },
  required: ["ImageId", "InstanceType"],
  replacement: [
    "InstanceType",
    "ImageId",
    "SubnetId",
    "ConnectionType",
    "AutomaticStopTimeMinutes",
    "OwnerArn",
  ],
  attributes: ["Arn", "Name"],
  async create(context, properties) {
    const { environmentId = "" } = await cloud9(context).createEnvironmentEC2({
      // 60 is Cloud9's limit on names.
      name: properties.Name ?? context.generateName(60),
      description: properties.Description,
      instanceType: properties.InstanceType,
      imageId: properties.ImageId,
      subnetId: properties.SubnetId,
      connectionType: properties.ConnectionType,
      automaticStopTimeMinutes: properties.AutomaticStopTimeMinutes,
      ownerArn: properties.OwnerArn,
      tags: properties.Tags,
    });
    return environmentId;
  },
  stabilize: (context, id) =>
    waitUntil(context, async () => {
      const { status, reason } = (await describe(context, id))?.lifecycle ?? {};
      if (status === "CREATE_FAILED") throw new Error(reason ?? `environment ${id} failed`);
      return status === "CREATED";
    }),
  async readAttributes(context, id) {
    const found = await describe(context, id);
    return { Arn: found?.arn ?? null, Name: found?.name ?? null };
  },
  async update(context, environmentId, next, previous) {
    const { Name: name, Description: description = "" } = next;
    await cloud9(context).updateEnvironment({ environmentId, name, description });
    const { set, remove } = tagChanges(previous.Tags, next.Tags);
    const ResourceARN = (await describe(context, environmentId))?.arn;
    if (set.length > 0) await cloud9(context).tagResource({ ResourceARN, Tags: set });
    if (remove.length > 0) await cloud9(context).untagResource({ ResourceARN, TagKeys: remove });
  },
  delete: (context, environmentId) =>
    ignoreMissing(["NotFoundException"], () => cloud9(context).deleteEnvironment({ environmentId })),
};

async function describe(context: ResourceContext, id: string) {
  const { environments = [] } = await cloud9(context).describeEnvironments({ environmentIds: [id] });
  return environments[0];
}
