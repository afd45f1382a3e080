import type { CreateDeploymentGroupCommandInput } from "@aws-sdk/client-codedeploy";
import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  tagChanges,
} from "./resource-type.ts";
import { boolean, camelCase, integer, list, object, oneOf, tags, text } from "./shape.ts";

const codedeploy = (context: ResourceContext) => context.environment.aws.codedeploy;

export const application: ResourceType = {
  properties: { ApplicationName: text, ComputePlatform: oneOf("ECS"), Tags: tags },
  required: ["ComputePlatform"],
  replacement: ["ApplicationName", "ComputePlatform"],
  nameProperty: "ApplicationName",
  async create(context, properties) {
    const applicationName = properties.ApplicationName ?? context.generateName(100);
    await codedeploy(context).createApplication({
      applicationName,
      computePlatform: properties.ComputePlatform,
      tags: properties.Tags,
    });
    return applicationName;
  },
  update: (context, id, next, previous) => updateTags(context, `application:${id}`, next, previous),
  delete: (context, applicationName) =>
    ignoreMissing(["ApplicationDoesNotExistException"], () =>
      codedeploy(context).deleteApplication({ applicationName }),
    ),
};

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

export const deploymentGroup: ResourceType = {
  properties: groupProperties,
  required: ["ApplicationName", "ServiceRoleArn"],
  replacement: ["ApplicationName", "DeploymentGroupName"],
  nameProperty: "DeploymentGroupName",
  nameScope: "ApplicationName",
  async create(context, properties) {
    const deploymentGroupName = properties.DeploymentGroupName ?? context.generateName(100);
    const input = { ...groupInput(properties), deploymentGroupName, tags: properties.Tags };
    await codedeploy(context).createDeploymentGroup(input);
    return deploymentGroupName;
  },
  async update(context, currentDeploymentGroupName, next, previous) {
    const { deploymentGroupName, tags: _, ...input } = groupInput(next);
    await codedeploy(context).updateDeploymentGroup({ ...input, currentDeploymentGroupName });
    const arn = `deploymentgroup:${next.ApplicationName}/${currentDeploymentGroupName}`;
    await updateTags(context, arn, next, previous);
  },
  delete: (context, deploymentGroupName, { ApplicationName: applicationName }) =>
    ignoreMissing(["ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException"], () =>
      codedeploy(context).deleteDeploymentGroup({ applicationName, deploymentGroupName }),
    ),
};

/** `ECSServices` is `ecsServices`; every other member only starts small. */
function groupInput(properties: Properties): CreateDeploymentGroupCommandInput {
  const { ECSServices, Tags, ...rest } = properties;
  const input = camelCase(object(groupProperties), rest) as unknown as CreateDeploymentGroupCommandInput;
  const ecsServices = ECSServices && camelCase(groupProperties.ECSServices, ECSServices);
  return { ...input, ecsServices: ecsServices as CreateDeploymentGroupCommandInput["ecsServices"] };
}

async function updateTags(context: ResourceContext, name: string, next: Properties, previous: Properties) {
  const { set, remove } = tagChanges(previous.Tags, next.Tags);
  const { region, accountId } = context.environment;
  const ResourceArn = `arn:aws:codedeploy:${region}:${accountId}:${name}`;
  if (set.length > 0) await codedeploy(context).tagResource({ ResourceArn, Tags: set });
  if (remove.length > 0) await codedeploy(context).untagResource({ ResourceArn, TagKeys: remove });
}
