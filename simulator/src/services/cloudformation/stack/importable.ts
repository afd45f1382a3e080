import type { Environment } from "../../../environment.ts";

interface Importable {
  /** The property that identifies the resource in ResourcesToImport; its value is the physical id. */
  readonly identifier: string;
  /** Throws or resolves with nothing when there is none. */
  readonly find: (aws: Environment["aws"], id: string) => Promise<unknown>;
}

/** The types that can be imported, by the primary identifiers of their schemas. */
export const importable: Readonly<Record<string, Importable>> = {
  "AWS::CloudWatch::Alarm": {
    identifier: "AlarmName",
    find: async (aws, id) => (await aws.cloudwatch.describeAlarms({ AlarmNames: [id] })).MetricAlarms?.[0],
  },
  "AWS::CloudWatch::Dashboard": {
    identifier: "DashboardName",
    find: (aws, DashboardName) => aws.cloudwatch.getDashboard({ DashboardName }),
  },
  "AWS::CodeDeploy::Application": {
    identifier: "ApplicationName",
    find: (aws, applicationName) => aws.codedeploy.getApplication({ applicationName }),
  },
  "AWS::CodePipeline::Pipeline": {
    identifier: "Name",
    find: (aws, name) => aws.codepipeline.getPipeline({ name }),
  },
  "AWS::EC2::SecurityGroup": {
    identifier: "Id",
    find: (aws, id) => aws.ec2.describeSecurityGroups({ GroupIds: [id] }),
  },
  "AWS::ECR::Repository": {
    identifier: "RepositoryName",
    find: (aws, id) => aws.ecr.describeRepositories({ repositoryNames: [id] }),
  },
  "AWS::ECS::Cluster": {
    identifier: "ClusterName",
    find: async (aws, id) => {
      const { clusters = [] } = await aws.ecs.describeClusters({ clusters: [id] });
      return clusters.find(({ status }) => status === "ACTIVE");
    },
  },
  "AWS::ElasticLoadBalancingV2::Listener": {
    identifier: "ListenerArn",
    find: (aws, id) => aws.elbv2.describeListeners({ ListenerArns: [id] }),
  },
  "AWS::ElasticLoadBalancingV2::ListenerRule": {
    identifier: "RuleArn",
    find: (aws, id) => aws.elbv2.describeRules({ RuleArns: [id] }),
  },
  "AWS::ElasticLoadBalancingV2::LoadBalancer": {
    identifier: "LoadBalancerArn",
    find: (aws, id) => aws.elbv2.describeLoadBalancers({ LoadBalancerArns: [id] }),
  },
  "AWS::ElasticLoadBalancingV2::TargetGroup": {
    identifier: "TargetGroupArn",
    find: (aws, id) => aws.elbv2.describeTargetGroups({ TargetGroupArns: [id] }),
  },
  "AWS::IAM::Role": {
    identifier: "RoleName",
    find: (aws, RoleName) => aws.iam.getRole({ RoleName }),
  },
  "AWS::Logs::LogGroup": {
    identifier: "LogGroupName",
    find: async (aws, id) => {
      const { logGroups = [] } = await aws.logs.describeLogGroups({ logGroupNamePrefix: id });
      return logGroups.find(({ logGroupName }) => logGroupName === id);
    },
  },
  "AWS::RDS::DBInstance": {
    identifier: "DBInstanceIdentifier",
    find: (aws, DBInstanceIdentifier) => aws.rds.describeDBInstances({ DBInstanceIdentifier }),
  },
  "AWS::RDS::DBSubnetGroup": {
    identifier: "DBSubnetGroupName",
    find: (aws, DBSubnetGroupName) => aws.rds.describeDBSubnetGroups({ DBSubnetGroupName }),
  },
  "AWS::S3::Bucket": {
    identifier: "BucketName",
    find: (aws, Bucket) => aws.s3.headBucket({ Bucket }),
  },
};
