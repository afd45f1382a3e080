import { orGone, type ReadActual } from "./reader.ts";

export const readRepository: ReadActual = async ({ aws }, name) => {
  const found = await orGone(["RepositoryNotFoundException"], () =>
    aws.ecr.describeRepositories({ repositoryNames: [name] }),
  );
  const repository = found?.repositories?.[0];
  if (!repository) return undefined;
  const policy = await orGone(["LifecyclePolicyNotFoundException"], () =>
    aws.ecr.getLifecyclePolicy({ repositoryName: name }),
  );
  return {
    RepositoryName: repository.repositoryName,
    ImageTagMutability: repository.imageTagMutability,
    ImageScanningConfiguration: { ScanOnPush: repository.imageScanningConfiguration?.scanOnPush ?? false },
    LifecyclePolicy: { LifecyclePolicyText: policy?.lifecyclePolicyText },
  };
};

export const readCluster: ReadActual = async ({ aws }, name) => {
  const { clusters = [] } = await aws.ecs.describeClusters({ clusters: [name], include: ["SETTINGS"] });
  const cluster = clusters.find(({ status }) => status !== "INACTIVE");
  return (
    cluster && {
      ClusterName: cluster.clusterName,
      ClusterSettings: cluster.settings?.map(({ name: Name, value: Value }) => ({ Name, Value })),
    }
  );
};

export const readService: ReadActual = async ({ aws }, service, { Cluster: cluster }) => {
  const found = await orGone(["ClusterNotFoundException"], () =>
    aws.ecs.describeServices({ cluster, services: [service] }),
  );
  const actual = found?.services?.find(({ status }) => status !== "INACTIVE");
  if (!actual) return undefined;
  const vpc = actual.networkConfiguration?.awsvpcConfiguration;
  return {
    ServiceName: actual.serviceName,
    DesiredCount: actual.desiredCount,
    HealthCheckGracePeriodSeconds: actual.healthCheckGracePeriodSeconds,
    EnableExecuteCommand: actual.enableExecuteCommand,
    // A service deployed by CodeDeploy has its task definition in its task sets.
    ...(actual.deploymentController?.type === "ECS" && { TaskDefinition: actual.taskDefinition }),
    ...(vpc && {
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          AssignPublicIp: vpc.assignPublicIp,
          SecurityGroups: vpc.securityGroups,
          Subnets: vpc.subnets,
        },
      },
    }),
  };
};
