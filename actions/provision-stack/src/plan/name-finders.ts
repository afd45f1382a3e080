import { withCloud9Endpoint } from "../../../shared/cloud9-endpoint.ts";
import type { ClientConfig } from "../context.ts";

interface Finder {
  /** Property with the name that no two resources of the type may share. */
  readonly property: string;
  /** Whether CloudFormation can import one by a single identifier. */
  readonly importable?: true;
  /**
   * Throws or returns false when there is none; returns that identifier where it is not the name. `text` returns
   * other properties of the resource.
   */
  readonly exists: (
    config: ClientConfig,
    name: string,
    text: (property: string) => string | undefined,
  ) => Promise<boolean | string>;
}

/** Types whose resources the templates name; each client is loaded only where a template needs it. */
export const finders: Readonly<Record<string, Finder>> = {
  "AWS::Cloud9::EnvironmentEC2": {
    property: "Name",
    // A name is unique among the environments of one owner.
    async exists(config, wanted) {
      const { Cloud9, paginateListEnvironments } = await import("@aws-sdk/client-cloud9");
      const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
      const { Arn } = await new STSClient(config).send(new GetCallerIdentityCommand({}));
      const client = new Cloud9(withCloud9Endpoint(config));
      for await (const { environmentIds } of paginateListEnvironments({ client, pageSize: 25 }, {})) {
        const { environments = [] } = await client.describeEnvironments({ environmentIds });
        if (environments.some(({ name, ownerArn }) => name === wanted && ownerArn === Arn)) return true;
      }
      return false;
    },
  },
  "AWS::CloudWatch::Alarm": {
    property: "AlarmName",
    importable: true,
    async exists(config, name) {
      const { CloudWatchClient, DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
      const found = await new CloudWatchClient(config).send(
        new DescribeAlarmsCommand({ AlarmNames: [name] }),
      );
      return (found.MetricAlarms?.length ?? 0) > 0;
    },
  },
  "AWS::CloudWatch::Dashboard": {
    property: "DashboardName",
    importable: true,
    async exists(config, DashboardName) {
      const { CloudWatchClient, GetDashboardCommand } = await import("@aws-sdk/client-cloudwatch");
      return is(new CloudWatchClient(config).send(new GetDashboardCommand({ DashboardName })));
    },
  },
  "AWS::CodeCommit::Repository": {
    property: "RepositoryName",
    async exists(config, repositoryName) {
      const { CodeCommitClient, GetRepositoryCommand } = await import("@aws-sdk/client-codecommit");
      return is(new CodeCommitClient(config).send(new GetRepositoryCommand({ repositoryName })));
    },
  },
  "AWS::CodeDeploy::Application": {
    property: "ApplicationName",
    importable: true,
    async exists(config, applicationName) {
      const { CodeDeployClient, GetApplicationCommand } = await import("@aws-sdk/client-codedeploy");
      return is(new CodeDeployClient(config).send(new GetApplicationCommand({ applicationName })));
    },
  },
  "AWS::CodeDeploy::DeploymentConfig": {
    property: "DeploymentConfigName",
    importable: true,
    async exists(config, deploymentConfigName) {
      const { CodeDeployClient, GetDeploymentConfigCommand } = await import("@aws-sdk/client-codedeploy");
      return is(new CodeDeployClient(config).send(new GetDeploymentConfigCommand({ deploymentConfigName })));
    },
  },
  "AWS::CodeDeploy::DeploymentGroup": {
    property: "DeploymentGroupName",
    async exists(config, deploymentGroupName, text) {
      const { CodeDeployClient, GetDeploymentGroupCommand } = await import("@aws-sdk/client-codedeploy");
      const command = new GetDeploymentGroupCommand({
        applicationName: text("ApplicationName"),
        deploymentGroupName,
      });
      return is(new CodeDeployClient(config).send(command));
    },
  },
  "AWS::CodePipeline::Pipeline": {
    property: "Name",
    importable: true,
    async exists(config, name) {
      const { CodePipelineClient, GetPipelineCommand } = await import("@aws-sdk/client-codepipeline");
      return is(new CodePipelineClient(config).send(new GetPipelineCommand({ name })));
    },
  },
  "AWS::EC2::SecurityGroup": {
    property: "GroupName",
    importable: true,
    async exists(config, name, text) {
      const { EC2Client, DescribeSecurityGroupsCommand } = await import("@aws-sdk/client-ec2");
      const vpc = text("VpcId");
      // A VPC that the templates create has no groups yet.
      if (!vpc?.startsWith("vpc-")) return false;
      const Filters = [
        { Name: "group-name", Values: [name] },
        { Name: "vpc-id", Values: [vpc] },
      ];
      const found = await new EC2Client(config).send(new DescribeSecurityGroupsCommand({ Filters }));
      return found.SecurityGroups?.[0]?.GroupId ?? false;
    },
  },
  "AWS::ECR::Repository": {
    property: "RepositoryName",
    importable: true,
    async exists(config, name) {
      const { ECRClient, DescribeRepositoriesCommand } = await import("@aws-sdk/client-ecr");
      return is(new ECRClient(config).send(new DescribeRepositoriesCommand({ repositoryNames: [name] })));
    },
  },
  "AWS::ECS::Cluster": {
    property: "ClusterName",
    importable: true,
    async exists(config, name) {
      const { ECSClient, DescribeClustersCommand } = await import("@aws-sdk/client-ecs");
      const { clusters = [] } = await new ECSClient(config).send(
        new DescribeClustersCommand({ clusters: [name] }),
      );
      return clusters.some(({ status }) => status === "ACTIVE");
    },
  },
  "AWS::ECS::Service": {
    property: "ServiceName",
    async exists(config, name, text) {
      const { ECSClient, DescribeServicesCommand } = await import("@aws-sdk/client-ecs");
      const command = new DescribeServicesCommand({ cluster: text("Cluster"), services: [name] });
      const { services = [] } = await new ECSClient(config).send(command);
      return services.some(({ status }) => status !== "INACTIVE");
    },
  },
  "AWS::ElasticLoadBalancingV2::LoadBalancer": {
    property: "Name",
    importable: true,
    async exists(config, name) {
      const { ElasticLoadBalancingV2Client, DescribeLoadBalancersCommand } = await import(
        "@aws-sdk/client-elastic-load-balancing-v2"
      );
      const client = new ElasticLoadBalancingV2Client(config);
      const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({ Names: [name] }));
      return LoadBalancers[0]?.LoadBalancerArn ?? false;
    },
  },
  "AWS::ElasticLoadBalancingV2::TargetGroup": {
    property: "Name",
    importable: true,
    async exists(config, name) {
      const { ElasticLoadBalancingV2Client, DescribeTargetGroupsCommand } = await import(
        "@aws-sdk/client-elastic-load-balancing-v2"
      );
      const client = new ElasticLoadBalancingV2Client(config);
      const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({ Names: [name] }));
      return TargetGroups[0]?.TargetGroupArn ?? false;
    },
  },
  "AWS::Events::Rule": {
    property: "Name",
    async exists(config, Name) {
      const { EventBridgeClient, DescribeRuleCommand } = await import("@aws-sdk/client-eventbridge");
      return is(new EventBridgeClient(config).send(new DescribeRuleCommand({ Name })));
    },
  },
  "AWS::IAM::OIDCProvider": {
    property: "Url",
    async exists(config, url) {
      const { IAMClient, ListOpenIDConnectProvidersCommand } = await import("@aws-sdk/client-iam");
      const { OpenIDConnectProviderList = [] } = await new IAMClient(config).send(
        new ListOpenIDConnectProvidersCommand({}),
      );
      const host = url.replace("https://", "");
      return OpenIDConnectProviderList.some(({ Arn }) => Arn?.endsWith(`:oidc-provider/${host}`));
    },
  },
  "AWS::IAM::Role": {
    property: "RoleName",
    importable: true,
    async exists(config, RoleName) {
      const { IAMClient, GetRoleCommand } = await import("@aws-sdk/client-iam");
      return is(new IAMClient(config).send(new GetRoleCommand({ RoleName })));
    },
  },
  "AWS::Lambda::Function": {
    property: "FunctionName",
    importable: true,
    async exists(config, FunctionName) {
      const { LambdaClient, GetFunctionCommand } = await import("@aws-sdk/client-lambda");
      return is(new LambdaClient(config).send(new GetFunctionCommand({ FunctionName })));
    },
  },
  "AWS::Logs::LogGroup": {
    property: "LogGroupName",
    importable: true,
    async exists(config, name) {
      const { CloudWatchLogsClient, DescribeLogGroupsCommand } = await import(
        "@aws-sdk/client-cloudwatch-logs"
      );
      const { logGroups = [] } = await new CloudWatchLogsClient(config).send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
      );
      return logGroups.some(({ logGroupName }) => logGroupName === name);
    },
  },
  "AWS::RDS::DBInstance": {
    property: "DBInstanceIdentifier",
    importable: true,
    async exists(config, DBInstanceIdentifier) {
      const { RDSClient, DescribeDBInstancesCommand } = await import("@aws-sdk/client-rds");
      return is(new RDSClient(config).send(new DescribeDBInstancesCommand({ DBInstanceIdentifier })));
    },
  },
  "AWS::RDS::DBSubnetGroup": {
    property: "DBSubnetGroupName",
    importable: true,
    async exists(config, DBSubnetGroupName) {
      const { RDSClient, DescribeDBSubnetGroupsCommand } = await import("@aws-sdk/client-rds");
      return is(new RDSClient(config).send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName })));
    },
  },
  "AWS::S3::Bucket": {
    property: "BucketName",
    importable: true,
    async exists(config, Bucket) {
      const { S3Client, HeadBucketCommand } = await import("@aws-sdk/client-s3");
      return is(new S3Client(config).send(new HeadBucketCommand({ Bucket })));
    },
  },
  "AWS::SecretsManager::Secret": {
    property: "Name",
    async exists(config, SecretId) {
      const { SecretsManagerClient, DescribeSecretCommand } = await import("@aws-sdk/client-secrets-manager");
      return is(new SecretsManagerClient(config).send(new DescribeSecretCommand({ SecretId })));
    },
  },
};

/** Used where the service returns an error for a missing resource. */
async function is(answer: Promise<unknown>): Promise<boolean> {
  await answer;
  return true;
}
