import type { CreateDeploymentGroupCommandInput } from "@aws-sdk/client-codedeploy";
import { resourceType, type Tagging } from "./resource-type.ts";
import { camelCase } from "./shape.ts";
import { propertiesOf } from "./type-table.ts";

const tagging = {
  set: (aws, ResourceArn, Tags) => aws.codedeploy.tagResource({ ResourceArn, Tags }),
  remove: (aws, ResourceArn, TagKeys) => aws.codedeploy.untagResource({ ResourceArn, TagKeys }),
} satisfies Tagging;

export const application = resourceType({
  find: ({ aws }, applicationName) => aws.codedeploy.getApplication({ applicationName }),
  tagging: { ...tagging, target: ({ context, id }) => context.arn("codedeploy", `application:${id}`) },
  async create({ aws, generateName }, { ApplicationName, ComputePlatform, Tags }) {
    const applicationName = ApplicationName ?? generateName(100);
    const computePlatform = ComputePlatform;
    await aws.codedeploy.createApplication({ applicationName, computePlatform, tags: Tags });
    return applicationName;
  },
  delete: ({ aws }, applicationName) => aws.codedeploy.deleteApplication({ applicationName }),
});

const groupShape = propertiesOf("AWS::CodeDeploy::DeploymentGroup");

export const deploymentGroup = resourceType({
  tagging: {
    ...tagging,
    target: ({ context, id, properties }) =>
      context.arn("codedeploy", `deploymentgroup:${properties.ApplicationName}/${id}`),
  },
  async create({ aws, generateName }, properties) {
    const deploymentGroupName = properties.DeploymentGroupName ?? generateName(100);
    const { Tags, ...rest } = properties;
    const input: CreateDeploymentGroupCommandInput = camelCase(groupShape, rest);
    await aws.codedeploy.createDeploymentGroup({ ...input, deploymentGroupName, tags: Tags });
    return deploymentGroupName;
  },
  update({ aws }, currentDeploymentGroupName, { DeploymentGroupName: _, Tags, ...rest }) {
    const input = camelCase(groupShape, rest);
    return aws.codedeploy.updateDeploymentGroup({ ...input, currentDeploymentGroupName });
  },
  delete: ({ aws }, deploymentGroupName, { ApplicationName: applicationName }) =>
    aws.codedeploy.deleteDeploymentGroup({ applicationName, deploymentGroupName }),
});
