import { type TypeRows, text } from "./row.ts";

/** Amazon ECR, Amazon ECS and Application Auto Scaling. */
export const containers: TypeRows = {
  "AWS::ApplicationAutoScaling::ScalableTarget": {
    card: {
      ...{ service: "Application Auto Scaling", plural: "scalable targets", area: "Observability" },
      to: { "AWS::ECS::Service": "scales" },
    },
    free: "scaling is free; the tasks and alarms that it makes are billed",
  },
  "AWS::ApplicationAutoScaling::ScalingPolicy": { bill: "scalingPolicy" },
  "AWS::ECR::Repository": {
    card: { service: "Amazon ECR", plural: "repositories", area: "Delivery" },
    bill: "imageRepository",
    name: { property: "RepositoryName", find: "imageRepository", importable: true },
    held: "its images",
    inspect: "images",
  },
  "AWS::ECR::RepositoryPolicy": { free: "policies are free" },
  "AWS::ECS::Cluster": {
    card: { service: "ECS cluster", isFrame: true },
    bill: "cluster",
    name: { property: "ClusterName", find: "cluster", importable: true },
    inspect: "clusters",
  },
  "AWS::ECS::ClusterCapacityProviderAssociations": { free: "a choice; tasks are billed" },
  "AWS::ECS::Service": {
    card: {
      service: "Amazon ECS",
      details: ({ DesiredCount = 1 }) => `tasks: ${text(DesiredCount)}`,
      to: {
        "AWS::Logs::LogGroup": "logs",
        "AWS::RDS::DBInstance": "queries",
        "AWS::SecretsManager::Secret": "reads",
      },
      from: { "AWS::ElasticLoadBalancingV2::TargetGroup": "", "AWS::ECR::Repository": "image" },
    },
    bill: "service",
    name: { property: "ServiceName", find: "service" },
    held: "its running tasks: the service is down until the new one runs",
  },
  "AWS::ECS::TaskDefinition": { free: "a description; the tasks that run from it are billed" },
  "AWS::Lambda::Function": {
    card: { service: "AWS Lambda", plural: "functions" },
    name: { property: "FunctionName", find: "function", importable: true },
  },
};
