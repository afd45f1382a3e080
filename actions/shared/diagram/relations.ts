import type { EvaluatedResource } from "../cloudformation/resources.ts";
import type { DrawnResources } from "./drawn-resources.ts";

const elb = "AWS::ElasticLoadBalancingV2::";

/** Returns the target groups of a listener or rule. */
export function targetGroupsOf(resource: EvaluatedResource, resources: DrawnResources): EvaluatedResource[] {
  const actions = resource.type === `${elb}Listener` ? "DefaultActions" : "Actions";
  return ["TargetGroupArn", "ForwardConfig.TargetGroups.TargetGroupArn"].flatMap((path) =>
    resources.targetsAt(resource, `${actions}.${path}`, [`${elb}TargetGroup`]),
  );
}

/** Returns those whose listeners or rules forward to the target group. */
export function loadBalancersOf(
  targetGroup: EvaluatedResource,
  resources: DrawnResources,
): EvaluatedResource[] {
  const senders = resources
    .ofType(`${elb}Listener`, `${elb}ListenerRule`)
    .filter((sender) => targetGroupsOf(sender, resources).includes(targetGroup));
  return senders.flatMap((sender) =>
    resources.targetsAt(
      sender,
      sender.type === `${elb}Listener` ? "LoadBalancerArn" : "ListenerArn.LoadBalancerArn",
      [`${elb}LoadBalancer`],
    ),
  );
}

export function servicesOfCluster(
  cluster: EvaluatedResource,
  resources: DrawnResources,
): EvaluatedResource[] {
  return resources
    .ofType("AWS::ECS::Service")
    .filter((service) => resources.targetsAt(service, "Cluster", [cluster.type]).includes(cluster));
}

/** Returns whether the role is assumed with tokens of an identity provider, not only by services of AWS. */
export function trustsProvider(role: EvaluatedResource, resources: DrawnResources): boolean {
  return resources.valuesAt(role, "AssumeRolePolicyDocument.Statement.Principal.Federated").length > 0;
}

/** Returns those that store their artifacts in the bucket. */
export function pipelinesOf(bucket: EvaluatedResource, resources: DrawnResources): EvaluatedResource[] {
  return resources
    .ofType("AWS::CodePipeline::Pipeline")
    .filter((pipeline) =>
      resources.targetsAt(pipeline, "ArtifactStore.Location", [bucket.type]).includes(bucket),
    );
}

/** Returns the deployment groups whose deployments an alarm stops. */
export function stoppedBy(alarm: EvaluatedResource, resources: DrawnResources): EvaluatedResource[] {
  return resources
    .ofType("AWS::CodeDeploy::DeploymentGroup")
    .filter((group) =>
      resources.targetsAt(group, "AlarmConfiguration.Alarms.Name", [alarm.type]).includes(alarm),
    );
}
