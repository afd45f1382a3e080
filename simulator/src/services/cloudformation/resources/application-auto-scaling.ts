import { type Properties, physicalId, resourceType } from "./resource-type.ts";

/** Its physical id is `resource|dimension|namespace`, as CloudFormation reports it. */
export const scalableTarget = resourceType({
  attributes: { Id: physicalId },
  async create({ aws }, properties) {
    const { ResourceId, ScalableDimension, ServiceNamespace, ...rest } = properties;
    const target = { ResourceId, ScalableDimension, ServiceNamespace };
    await aws.applicationautoscaling.registerScalableTarget({ ...target, ...rest });
    return Object.values(target).join("|");
  },
  update: ({ aws }, id, next) =>
    aws.applicationautoscaling.registerScalableTarget({ ...next, ...targetOf(id) }),
  delete: ({ aws }, id) => aws.applicationautoscaling.deregisterScalableTarget(targetOf(id)),
});

/** Its physical id is its ARN. */
export const scalingPolicy = resourceType({
  attributes: { Arn: physicalId },
  create: async ({ aws }, properties) =>
    (await aws.applicationautoscaling.putScalingPolicy(policyInput(properties))).PolicyARN,
  update: ({ aws }, _, next) => aws.applicationautoscaling.putScalingPolicy(policyInput(next)),
  delete: ({ aws }, _, { ScalingTargetId, PolicyName }) =>
    aws.applicationautoscaling.deleteScalingPolicy({ ...targetOf(ScalingTargetId), PolicyName }),
});

function policyInput({ ScalingTargetId, PolicyName, ...rest }: Properties) {
  return { ...rest, PolicyName, ...targetOf(ScalingTargetId) };
}

function targetOf(id: string) {
  const [ResourceId, ScalableDimension, ServiceNamespace] = id.split("|");
  return {
    ResourceId,
    ScalableDimension: ScalableDimension as "ecs:service:DesiredCount",
    ServiceNamespace: ServiceNamespace as "ecs",
  };
}
