import type { CreateDeploymentGroupCommandInput } from "@aws-sdk/client-codedeploy";
import { resourceType, type Tagging } from "./resource-type.ts";
import { boolean, camelCase, integer, list, object, oneOf, tags, text } from "./shape.ts";

const tagging = {
  set: (aws, ResourceArn, Tags) => aws.codedeploy.tagResource({ ResourceArn, Tags }),
  remove: (aws, ResourceArn, TagKeys) => aws.codedeploy.untagResource({ ResourceArn, TagKeys }),
} satisfies Tagging;

export const application = resourceType({
  properties: { ApplicationName: text, ComputePlatform: oneOf("ECS"), Tags: tags },
  required: ["ComputePlatform"],
  replacement: ["ApplicationName", "ComputePlatform"],
  nameProperty: "ApplicationName",
  importedBy: "ApplicationName",
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

const route = object({ ListenerArns: list(text) });

const groupProperties = {
  ApplicationName: text,
  DeploymentGroupName: text,
  ServiceRoleArn: text,
  DeploymentConfigName: text,
  DeploymentStyle: object({
    DeploymentType: oneOf("BLUE_GREEN"),
    DeploymentOption: oneOf("WITH_TRAFFIC_CONTROL"),
  }),
  ECSServices: list(object({ ClusterName: text, ServiceName: text }, ["ClusterName", "ServiceName"])),
  LoadBalancerInfo: object({
    TargetGroupPairInfoList: list(
      object({
        ProdTrafficRoute: route,
        TestTrafficRoute: route,
        TargetGroups: list(object({ Name: text })),
      }),
    ),
  }),
  BlueGreenDeploymentConfiguration: object({
    DeploymentReadyOption: object({
      ActionOnTimeout: oneOf("CONTINUE_DEPLOYMENT", "STOP_DEPLOYMENT"),
      WaitTimeInMinutes: integer,
    }),
    TerminateBlueInstancesOnDeploymentSuccess: object({
      Action: oneOf("TERMINATE", "KEEP_ALIVE"),
      TerminationWaitTimeInMinutes: integer,
    }),
  }),
  AutoRollbackConfiguration: object({
    Enabled: boolean,
    Events: list(oneOf("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST")),
  }),
  AlarmConfiguration: object({
    Enabled: boolean,
    IgnorePollAlarmFailure: boolean,
    Alarms: list(object({ Name: text })),
  }),
  Tags: tags,
};

export const deploymentGroup = resourceType({
  properties: groupProperties,
  required: ["ApplicationName", "ServiceRoleArn"],
  replacement: ["ApplicationName", "DeploymentGroupName"],
  nameProperty: "DeploymentGroupName",
  nameScope: "ApplicationName",
  tagging: {
    ...tagging,
    target: ({ context, id, properties }) =>
      context.arn("codedeploy", `deploymentgroup:${properties.ApplicationName}/${id}`),
  },
  async create({ aws, generateName }, properties) {
    const deploymentGroupName = properties.DeploymentGroupName ?? generateName(100);
    const { Tags, ...rest } = properties;
    const input: CreateDeploymentGroupCommandInput = camelCase(object(groupProperties), rest);
    await aws.codedeploy.createDeploymentGroup({ ...input, deploymentGroupName, tags: Tags });
    return deploymentGroupName;
  },
  update({ aws }, currentDeploymentGroupName, { DeploymentGroupName: _, Tags, ...rest }) {
    const input = camelCase(object(groupProperties), rest);
    return aws.codedeploy.updateDeploymentGroup({ ...input, currentDeploymentGroupName });
  },
  delete: ({ aws }, deploymentGroupName, { ApplicationName: applicationName }) =>
    aws.codedeploy.deleteDeploymentGroup({ applicationName, deploymentGroupName }),
});
