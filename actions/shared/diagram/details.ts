import type { EvaluatedResource } from "../cloudformation/resources.ts";
import type { DrawnResources } from "./drawn-resources.ts";

type Describe = (resource: EvaluatedResource, resources: DrawnResources) => readonly string[];

/** Functions for the lines under a card's title: the most important facts of a resource of its kind. */
export const describe = {
  scalableTarget: (target, resources) => [
    `${resources.textAt(target, "MinCapacity") ?? "?"} to ${resources.textAt(target, "MaxCapacity") ?? "?"} tasks`,
  ],
  instance: (instance, resources) => [resources.textAt(instance, "InstanceType") ?? ""],
  deploymentGroup: (group, resources) => [
    (resources.textAt(group, "DeploymentConfigName") ?? "").replace("CodeDeployDefault.ECS", ""),
  ],
  service: (service, resources) => {
    const count = resources.textAt(service, "DesiredCount") ?? "1";
    const cpu = Number(resources.textAt(service, "TaskDefinition.Cpu")) / 1024;
    const memory = Number(resources.textAt(service, "TaskDefinition.Memory")) / 1024;
    const isPublic =
      resources.textAt(service, "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp") === "ENABLED";
    return [
      `${count} ${count === "1" ? "task" : "tasks"}${resources.textAt(service, "LaunchType") === "FARGATE" ? " on Fargate" : ""}`,
      [cpu > 0 ? `${cpu} vCPU` : "", memory > 0 ? `${memory} GB` : "", isPublic ? "public IP" : ""]
        .filter(Boolean)
        .join(", "),
    ];
  },
  listener: (listener, resources) => {
    const routes = [
      ["ProdTrafficRoute", "production"],
      ["TestTrafficRoute", "test"],
    ] as const;
    const groups = resources.ofType("AWS::CodeDeploy::DeploymentGroup");
    return routes.flatMap(([route, word]) => {
      const path = `LoadBalancerInfo.TargetGroupPairInfoList.${route}.ListenerArns`;
      const isOf = groups.some((group) =>
        resources.targetsAt(group, path, [listener.type]).includes(listener),
      );
      return isOf ? [word] : [];
    });
  },
  targetGroup: (group, resources) => [portOf(group, resources)],
  logGroup: (group, resources) => {
    const days = resources.textAt(group, "RetentionInDays");
    return [days === undefined ? "kept for ever" : `kept ${days} days`];
  },
  database: (database, resources) => [
    [resources.textAt(database, "Engine"), resources.textAt(database, "EngineVersion")]
      .filter(Boolean)
      .join(" "),
    resources.textAt(database, "DBInstanceClass") ?? "",
  ],
} satisfies { readonly [name: string]: Describe };

/** Returns a text such as `HTTP 8080`. */
export function portOf(resource: EvaluatedResource, resources: DrawnResources): string {
  return `${resources.textAt(resource, "Protocol") ?? ""} ${resources.textAt(resource, "Port") ?? ""}`.trim();
}

/** Returns the part of `com.amazonaws.us-east-1.ecr.api` after the region. */
export function endpointOf(endpoint: EvaluatedResource, resources: DrawnResources): string {
  const service = resources.textAt(endpoint, "ServiceName") ?? "";
  return `${service.split(".").slice(3).join(".")} endpoint`;
}

/** Returns an identity provider's address. */
export function providerOf(provider: EvaluatedResource, resources: DrawnResources): string {
  return (resources.textAt(provider, "Url") ?? provider.logicalId).replace("https://", "");
}

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
