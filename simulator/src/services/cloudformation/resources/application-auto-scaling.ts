import { ignoreMissing, type Properties, type ResourceContext, type ResourceType } from "./resource-type.ts";
import { boolean, integer, list, number, object, oneOf, text } from "./shape.ts";

const scaling = (context: ResourceContext) => context.environment.aws.applicationautoscaling;

/** Its physical id is `resource|dimension|namespace`, as CloudFormation reports it. */
export const scalableTarget: ResourceType = {
  properties: {
    ServiceNamespace: text,
    ScalableDimension: text,
    ResourceId: text,
    MinCapacity: integer,
    MaxCapacity: integer,
    RoleARN: text,
    SuspendedState: object({
      DynamicScalingInSuspended: boolean,
      DynamicScalingOutSuspended: boolean,
      ScheduledScalingSuspended: boolean,
    }),
  },
  required: ["ServiceNamespace", "ScalableDimension", "ResourceId", "MinCapacity", "MaxCapacity"],
  replacement: ["ServiceNamespace", "ScalableDimension", "ResourceId"],
  attributes: ["Id"],
  async create(context, properties) {
    await register(context, properties);
    const { ResourceId, ScalableDimension, ServiceNamespace } = properties;
    return [ResourceId, ScalableDimension, ServiceNamespace].join("|");
  },
  readAttributes: async (_, id) => ({ Id: id }),
  update: (context, _, next) => register(context, next),
  delete: (context, id) =>
    ignoreMissing(["ObjectNotFoundException"], () => scaling(context).deregisterScalableTarget(parts(id))),
};

const nothingSuspended = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};

async function register(context: ResourceContext, properties: Properties): Promise<void> {
  const { ServiceNamespace, ScalableDimension, ResourceId, MinCapacity, MaxCapacity, RoleARN } = properties;
  // A state that the template no longer sets is reset.
  const SuspendedState = { ...nothingSuspended, ...properties.SuspendedState };
  await scaling(context).registerScalableTarget({
    ...{ ServiceNamespace, ScalableDimension, ResourceId, MinCapacity, MaxCapacity, RoleARN },
    SuspendedState,
  });
}

const metric = {
  MetricName: text,
  Namespace: text,
  Dimensions: list(object({ Name: text, Value: text }, ["Name", "Value"])),
  Statistic: text,
  Unit: text,
};

const policyProperties = {
  PolicyName: text,
  PolicyType: oneOf("TargetTrackingScaling", "StepScaling"),
  ScalingTargetId: text,
  ServiceNamespace: text,
  ScalableDimension: text,
  ResourceId: text,
  TargetTrackingScalingPolicyConfiguration: object(
    {
      TargetValue: number,
      PredefinedMetricSpecification: object({ PredefinedMetricType: text, ResourceLabel: text }, [
        "PredefinedMetricType",
      ]),
      CustomizedMetricSpecification: object(metric),
      ScaleInCooldown: integer,
      ScaleOutCooldown: integer,
      DisableScaleIn: boolean,
    },
    ["TargetValue"],
  ),
  StepScalingPolicyConfiguration: object({
    AdjustmentType: text,
    Cooldown: integer,
    MetricAggregationType: text,
    MinAdjustmentMagnitude: integer,
    StepAdjustments: list(
      object(
        { MetricIntervalLowerBound: number, MetricIntervalUpperBound: number, ScalingAdjustment: integer },
        ["ScalingAdjustment"],
      ),
    ),
  }),
};

/** Its physical id is its ARN. Of a target it is by `ScalingTargetId`, or by the three names of the target. */
export const scalingPolicy: ResourceType = {
  properties: policyProperties,
  required: ["PolicyName", "PolicyType"],
  replacement: ["PolicyName", "ScalingTargetId", "ServiceNamespace", "ScalableDimension", "ResourceId"],
  attributes: ["Arn"],
  async create(context, properties) {
    const { PolicyARN = "" } = await scaling(context).putScalingPolicy(policyInput(properties));
    return PolicyARN;
  },
  readAttributes: async (_, id) => ({ Arn: id }),
  async update(context, _, next) {
    await scaling(context).putScalingPolicy(policyInput(next));
  },
  delete: (context, _, properties) =>
    ignoreMissing(["ObjectNotFoundException"], () =>
      scaling(context).deleteScalingPolicy({ ...targetOf(properties), PolicyName: properties.PolicyName }),
    ),
};

function policyInput(properties: Properties) {
  const { ScalingTargetId: _, PolicyName, ...rest } = properties;
  return { ...rest, PolicyName, ...targetOf(properties) };
}

function targetOf(properties: Properties) {
  if (properties.ScalingTargetId) return parts(properties.ScalingTargetId);
  const { ResourceId, ScalableDimension, ServiceNamespace } = properties;
  if (ResourceId && ScalableDimension && ServiceNamespace)
    return { ResourceId, ScalableDimension, ServiceNamespace };
  throw new Error(
    "A scaling policy needs ScalingTargetId, or ResourceId, ScalableDimension and ServiceNamespace.",
  );
}

function parts(id: string) {
  const [ResourceId, ScalableDimension, ServiceNamespace] = id.split("|");
  return {
    ResourceId,
    ScalableDimension: ScalableDimension as "ecs:service:DesiredCount",
    ServiceNamespace: ServiceNamespace as "ecs",
  };
}
