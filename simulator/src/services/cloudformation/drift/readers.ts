import {
  readListener,
  readLoadBalancer,
  readSecurityGroup,
  readSubnet,
  readTargetGroup,
  readVpc,
} from "./network.ts";
import { orGone, type ReadActual } from "./reader.ts";

const readLogGroup: ReadActual = async ({ aws }, name) => {
  const { logGroups = [] } = await aws.logs.describeLogGroups({ logGroupNamePrefix: name });
  const group = logGroups.find(({ logGroupName }) => logGroupName === name);
  return group && { LogGroupName: name, RetentionInDays: group.retentionInDays };
};

const readAlarm: ReadActual = async ({ aws }, AlarmName, expected) => {
  const { MetricAlarms: [alarm] = [] } = await aws.cloudwatch.describeAlarms({ AlarmNames: [AlarmName] });
  if (!alarm) return undefined;
  const { Tags: _, ...settings } = expected;
  const actual = alarm as unknown as { [name: string]: unknown };
  return Object.fromEntries(Object.keys(settings).map((name) => [name, actual[name]]));
};

const readDatabase: ReadActual = async ({ aws }, DBInstanceIdentifier, expected) => {
  const found = await orGone(["DBInstanceNotFoundFault", "DBInstanceNotFound"], () =>
    aws.rds.describeDBInstances({ DBInstanceIdentifier }),
  );
  const database = found?.DBInstances?.[0];
  if (!database) return undefined;
  const { DBInstanceClass, Engine, StorageType, StorageEncrypted, DBName, MasterUsername } = database;
  const version = database.EngineVersion ?? "";
  // The resource type's propertyTransform: a major version matches all its minor versions.
  const EngineVersion = version.startsWith(`${expected.EngineVersion}.`) ? expected.EngineVersion : version;
  const { PubliclyAccessible, BackupRetentionPeriod, MultiAZ, DeletionProtection } = database;
  return {
    DBInstanceIdentifier,
    ...{ DBInstanceClass, Engine, EngineVersion, StorageType, StorageEncrypted, DBName, MasterUsername },
    ...{ PubliclyAccessible, BackupRetentionPeriod, MultiAZ, DeletionProtection },
    AllocatedStorage: String(database.AllocatedStorage),
    VPCSecurityGroups: database.VpcSecurityGroups?.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId),
  };
};

const readRole: ReadActual = async ({ aws }, RoleName) => {
  const found = await orGone(["NoSuchEntity", "NoSuchEntityException"], () => aws.iam.getRole({ RoleName }));
  if (!found?.Role) return undefined;
  const { PolicyNames = [] } = await aws.iam.listRolePolicies({ RoleName });
  const { AttachedPolicies = [] } = await aws.iam.listAttachedRolePolicies({ RoleName });
  const policies = PolicyNames.map(async (PolicyName) => {
    const { PolicyDocument } = await aws.iam.getRolePolicy({ RoleName, PolicyName });
    return { PolicyName, PolicyDocument: parseDocument(PolicyDocument) };
  });
  return {
    RoleName,
    Description: found.Role.Description,
    AssumeRolePolicyDocument: parseDocument(found.Role.AssumeRolePolicyDocument),
    ManagedPolicyArns: AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
    Policies: await Promise.all(policies),
  };
};

/** IAM returns its documents URL-encoded. */
function parseDocument(text = "{}"): unknown {
  return JSON.parse(decodeURIComponent(text));
}

const readRepository: ReadActual = async ({ aws }, name) => {
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

const readCluster: ReadActual = async ({ aws }, name) => {
  const { clusters = [] } = await aws.ecs.describeClusters({ clusters: [name], include: ["SETTINGS"] });
  const cluster = clusters.find(({ status }) => status !== "INACTIVE");
  return (
    cluster && {
      ClusterName: cluster.clusterName,
      ClusterSettings: cluster.settings?.map(({ name: Name, value: Value }) => ({ Name, Value })),
    }
  );
};

const readService: ReadActual = async ({ aws }, service, { Cluster: cluster }) => {
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

/** The types whose drift is detected; as on AWS, resources of others are not checked. */
export const readers: Readonly<Record<string, ReadActual>> = {
  "AWS::CloudWatch::Alarm": readAlarm,
  "AWS::EC2::SecurityGroup": readSecurityGroup,
  "AWS::EC2::Subnet": readSubnet,
  "AWS::EC2::VPC": readVpc,
  "AWS::ECR::Repository": readRepository,
  "AWS::ECS::Cluster": readCluster,
  "AWS::ECS::Service": readService,
  "AWS::ElasticLoadBalancingV2::Listener": readListener,
  "AWS::ElasticLoadBalancingV2::LoadBalancer": readLoadBalancer,
  "AWS::ElasticLoadBalancingV2::TargetGroup": readTargetGroup,
  "AWS::IAM::Role": readRole,
  "AWS::Logs::LogGroup": readLogGroup,
  "AWS::RDS::DBInstance": readDatabase,
};
