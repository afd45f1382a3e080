import { withCloud9Endpoint } from "../../../core/cloud9-endpoint.ts";
import type { ClientConfig } from "../context.ts";

/**
 * Rejects or resolves to false when there is none; resolves to the identifier for an import where it is not the name.
 * `text` returns other properties of the resource; it rejects for one that refers to what does not exist yet.
 */
type Exists = (
  config: ClientConfig,
  name: string,
  text: (property: string) => Promise<string | undefined>,
) => Promise<unknown>;

interface Finder {
  /** Property with the name that no two resources of the type may share. */
  readonly property: string;
  readonly exists: Exists;
  /** Whether CloudFormation can import one by a single identifier. */
  readonly importable: boolean;
}

function importable(property: string, exists: Exists): Finder {
  return { property, exists, importable: true };
}

function named(property: string, exists: Exists): Finder {
  return { property, exists, importable: false };
}

/** Types whose resources the templates name; each client is loaded only where a template needs it. */
export const finders: Readonly<Record<string, Finder>> = {
  "AWS::Cloud9::EnvironmentEC2": named("Name", async (config, wanted) => {
    // A name is unique among the environments of one owner.
    const { Cloud9, paginateListEnvironments } = await import("@aws-sdk/client-cloud9");
    const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
    const { Arn } = await new STSClient(config).send(new GetCallerIdentityCommand({}));
    const client = new Cloud9(withCloud9Endpoint(config));
    for await (const { environmentIds } of paginateListEnvironments({ client, pageSize: 25 }, {})) {
      const { environments = [] } = await client.describeEnvironments({ environmentIds });
      if (environments.some(({ name, ownerArn }) => name === wanted && ownerArn === Arn)) return true;
    }
    return false;
  }),
  "AWS::CloudWatch::Alarm": importable("AlarmName", async (config, name) => {
    const { CloudWatchClient, DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
    const found = await new CloudWatchClient(config).send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    return (found.MetricAlarms?.length ?? 0) > 0;
  }),
  "AWS::CloudWatch::Dashboard": importable("DashboardName", async (config, DashboardName) => {
    const { CloudWatchClient, GetDashboardCommand } = await import("@aws-sdk/client-cloudwatch");
    return new CloudWatchClient(config).send(new GetDashboardCommand({ DashboardName }));
  }),
  "AWS::CodeCommit::Repository": named("RepositoryName", async (config, repositoryName) => {
    const { CodeCommitClient, GetRepositoryCommand } = await import("@aws-sdk/client-codecommit");
    return new CodeCommitClient(config).send(new GetRepositoryCommand({ repositoryName }));
  }),
  "AWS::CodeDeploy::Application": importable("ApplicationName", async (config, applicationName) => {
    const { CodeDeployClient, GetApplicationCommand } = await import("@aws-sdk/client-codedeploy");
    return new CodeDeployClient(config).send(new GetApplicationCommand({ applicationName }));
  }),
  "AWS::CodeDeploy::DeploymentConfig": importable(
    "DeploymentConfigName",
    async (config, deploymentConfigName) => {
      const { CodeDeployClient, GetDeploymentConfigCommand } = await import("@aws-sdk/client-codedeploy");
      return new CodeDeployClient(config).send(new GetDeploymentConfigCommand({ deploymentConfigName }));
    },
  ),
  "AWS::CodeDeploy::DeploymentGroup": named(
    "DeploymentGroupName",
    async (config, deploymentGroupName, text) => {
      const { CodeDeployClient, GetDeploymentGroupCommand } = await import("@aws-sdk/client-codedeploy");
      const command = new GetDeploymentGroupCommand({
        applicationName: await text("ApplicationName"),
        deploymentGroupName,
      });
      return new CodeDeployClient(config).send(command);
    },
  ),
  "AWS::CodePipeline::Pipeline": importable("Name", async (config, name) => {
    const { CodePipelineClient, GetPipelineCommand } = await import("@aws-sdk/client-codepipeline");
    return new CodePipelineClient(config).send(new GetPipelineCommand({ name }));
  }),
  "AWS::EC2::SecurityGroup": importable("GroupName", async (config, name, text) => {
    const { EC2Client, DescribeSecurityGroupsCommand } = await import("@aws-sdk/client-ec2");
    const vpc = await text("VpcId");
    // A VPC that the templates create has no groups yet.
    if (!vpc?.startsWith("vpc-")) return false;
    const Filters = [
      { Name: "group-name", Values: [name] },
      { Name: "vpc-id", Values: [vpc] },
    ];
    const found = await new EC2Client(config).send(new DescribeSecurityGroupsCommand({ Filters }));
    return found.SecurityGroups?.[0]?.GroupId ?? false;
  }),
  "AWS::ECR::Repository": importable("RepositoryName", async (config, name) => {
    const { ECRClient, DescribeRepositoriesCommand } = await import("@aws-sdk/client-ecr");
    return new ECRClient(config).send(new DescribeRepositoriesCommand({ repositoryNames: [name] }));
  }),
  "AWS::ECS::Cluster": importable("ClusterName", async (config, name) => {
    const { ECSClient, DescribeClustersCommand } = await import("@aws-sdk/client-ecs");
    const { clusters = [] } = await new ECSClient(config).send(
      new DescribeClustersCommand({ clusters: [name] }),
    );
    return clusters.some(({ status }) => status === "ACTIVE");
  }),
  "AWS::ECS::Service": named("ServiceName", async (config, name, text) => {
    const { ECSClient, DescribeServicesCommand } = await import("@aws-sdk/client-ecs");
    const command = new DescribeServicesCommand({ cluster: await text("Cluster"), services: [name] });
    const { services = [] } = await new ECSClient(config).send(command);
    return services.some(({ status }) => status !== "INACTIVE");
  }),
  "AWS::ElasticLoadBalancingV2::LoadBalancer": importable("Name", async (config, name) => {
    const { ElasticLoadBalancingV2Client, DescribeLoadBalancersCommand } = await import(
      "@aws-sdk/client-elastic-load-balancing-v2"
    );
    const client = new ElasticLoadBalancingV2Client(config);
    const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({ Names: [name] }));
    return LoadBalancers[0]?.LoadBalancerArn ?? false;
  }),
  "AWS::ElasticLoadBalancingV2::TargetGroup": importable("Name", async (config, name) => {
    const { ElasticLoadBalancingV2Client, DescribeTargetGroupsCommand } = await import(
      "@aws-sdk/client-elastic-load-balancing-v2"
    );
    const client = new ElasticLoadBalancingV2Client(config);
    const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({ Names: [name] }));
    return TargetGroups[0]?.TargetGroupArn ?? false;
  }),
  "AWS::Events::Rule": named("Name", async (config, Name) => {
    const { EventBridgeClient, DescribeRuleCommand } = await import("@aws-sdk/client-eventbridge");
    return new EventBridgeClient(config).send(new DescribeRuleCommand({ Name }));
  }),
  "AWS::IAM::OIDCProvider": named("Url", async (config, url) => {
    const { IAMClient, ListOpenIDConnectProvidersCommand } = await import("@aws-sdk/client-iam");
    const { OpenIDConnectProviderList = [] } = await new IAMClient(config).send(
      new ListOpenIDConnectProvidersCommand({}),
    );
    const host = url.replace("https://", "");
    return OpenIDConnectProviderList.some(({ Arn }) => Arn?.endsWith(`:oidc-provider/${host}`));
  }),
  "AWS::IAM::Role": importable("RoleName", async (config, RoleName) => {
    const { IAMClient, GetRoleCommand } = await import("@aws-sdk/client-iam");
    return new IAMClient(config).send(new GetRoleCommand({ RoleName }));
  }),
  "AWS::Lambda::Function": importable("FunctionName", async (config, FunctionName) => {
    const { LambdaClient, GetFunctionCommand } = await import("@aws-sdk/client-lambda");
    return new LambdaClient(config).send(new GetFunctionCommand({ FunctionName }));
  }),
  "AWS::Logs::LogGroup": importable("LogGroupName", async (config, name) => {
    const { CloudWatchLogsClient, DescribeLogGroupsCommand } = await import(
      "@aws-sdk/client-cloudwatch-logs"
    );
    const { logGroups = [] } = await new CloudWatchLogsClient(config).send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
    );
    return logGroups.some(({ logGroupName }) => logGroupName === name);
  }),
  "AWS::RDS::DBInstance": importable("DBInstanceIdentifier", async (config, DBInstanceIdentifier) => {
    const { RDSClient, DescribeDBInstancesCommand } = await import("@aws-sdk/client-rds");
    return new RDSClient(config).send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
  }),
  "AWS::RDS::DBSubnetGroup": importable("DBSubnetGroupName", async (config, DBSubnetGroupName) => {
    const { RDSClient, DescribeDBSubnetGroupsCommand } = await import("@aws-sdk/client-rds");
    return new RDSClient(config).send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName }));
  }),
  "AWS::S3::Bucket": importable("BucketName", async (config, Bucket) => {
    const { S3Client, HeadBucketCommand } = await import("@aws-sdk/client-s3");
    return new S3Client(config).send(new HeadBucketCommand({ Bucket }));
  }),
  "AWS::SecretsManager::Secret": named("Name", async (config, SecretId) => {
    const { SecretsManagerClient, DescribeSecretCommand } = await import("@aws-sdk/client-secrets-manager");
    return new SecretsManagerClient(config).send(new DescribeSecretCommand({ SecretId }));
  }),
};
