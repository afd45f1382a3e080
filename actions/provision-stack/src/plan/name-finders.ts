import type { FinderName } from "../../../cloudformation/types/row.ts";
import { withCloud9Endpoint } from "../../../core/cloud9-endpoint.ts";
import type { ClientConfig } from "../context.ts";

/**
 * Rejects or resolves to false if it does not exist; resolves to the identifier for an import where it is not the name.
 * `text` returns other properties of the resource; it rejects for one that refers to what does not exist yet.
 */
type Exists = (
  config: ClientConfig,
  name: string,
  text: (property: string) => Promise<string | undefined>,
) => Promise<unknown>;

/** Finds resources by their names; each client is loaded only where a template needs it. */
export const finders: Readonly<Record<FinderName, Exists>> = {
  async workstation(config, wanted) {
    // A name is unique among the environments of one owner.
    const { Cloud9Client, DescribeEnvironmentsCommand, paginateListEnvironments } = await import(
      "@aws-sdk/client-cloud9"
    );
    const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
    const { Arn } = await new STSClient(config).send(new GetCallerIdentityCommand({}));
    const client = new Cloud9Client(withCloud9Endpoint(config));
    for await (const { environmentIds } of paginateListEnvironments({ client, pageSize: 25 }, {})) {
      const { environments = [] } = await client.send(new DescribeEnvironmentsCommand({ environmentIds }));
      if (environments.some(({ name, ownerArn }) => name === wanted && ownerArn === Arn)) return true;
    }
    return false;
  },
  async alarm(config, name) {
    const { CloudWatchClient, DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
    const found = await new CloudWatchClient(config).send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    return (found.MetricAlarms?.length ?? 0) > 0;
  },
  async dashboard(config, DashboardName) {
    const { CloudWatchClient, GetDashboardCommand } = await import("@aws-sdk/client-cloudwatch");
    return new CloudWatchClient(config).send(new GetDashboardCommand({ DashboardName }));
  },
  async codeRepository(config, repositoryName) {
    const { CodeCommitClient, GetRepositoryCommand } = await import("@aws-sdk/client-codecommit");
    return new CodeCommitClient(config).send(new GetRepositoryCommand({ repositoryName }));
  },
  async application(config, applicationName) {
    const { CodeDeployClient, GetApplicationCommand } = await import("@aws-sdk/client-codedeploy");
    return new CodeDeployClient(config).send(new GetApplicationCommand({ applicationName }));
  },
  async deploymentConfig(config, deploymentConfigName) {
    const { CodeDeployClient, GetDeploymentConfigCommand } = await import("@aws-sdk/client-codedeploy");
    return new CodeDeployClient(config).send(new GetDeploymentConfigCommand({ deploymentConfigName }));
  },
  async deploymentGroup(config, deploymentGroupName, text) {
    const { CodeDeployClient, GetDeploymentGroupCommand } = await import("@aws-sdk/client-codedeploy");
    const command = new GetDeploymentGroupCommand({
      applicationName: await text("ApplicationName"),
      deploymentGroupName,
    });
    return new CodeDeployClient(config).send(command);
  },
  async pipeline(config, name) {
    const { CodePipelineClient, GetPipelineCommand } = await import("@aws-sdk/client-codepipeline");
    return new CodePipelineClient(config).send(new GetPipelineCommand({ name }));
  },
  async securityGroup(config, name, text) {
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
  },
  async imageRepository(config, name) {
    const { ECRClient, DescribeRepositoriesCommand } = await import("@aws-sdk/client-ecr");
    return new ECRClient(config).send(new DescribeRepositoriesCommand({ repositoryNames: [name] }));
  },
  async cluster(config, name) {
    const { ECSClient, DescribeClustersCommand } = await import("@aws-sdk/client-ecs");
    const { clusters = [] } = await new ECSClient(config).send(
      new DescribeClustersCommand({ clusters: [name] }),
    );
    return clusters.some(({ status }) => status === "ACTIVE");
  },
  async service(config, name, text) {
    const { ECSClient, DescribeServicesCommand } = await import("@aws-sdk/client-ecs");
    const command = new DescribeServicesCommand({ cluster: await text("Cluster"), services: [name] });
    const { services = [] } = await new ECSClient(config).send(command);
    return services.some(({ status }) => status !== "INACTIVE");
  },
  async loadBalancer(config, name) {
    const { ElasticLoadBalancingV2Client, DescribeLoadBalancersCommand } = await import(
      "@aws-sdk/client-elastic-load-balancing-v2"
    );
    const client = new ElasticLoadBalancingV2Client(config);
    const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({ Names: [name] }));
    return LoadBalancers[0]?.LoadBalancerArn ?? false;
  },
  async targetGroup(config, name) {
    const { ElasticLoadBalancingV2Client, DescribeTargetGroupsCommand } = await import(
      "@aws-sdk/client-elastic-load-balancing-v2"
    );
    const client = new ElasticLoadBalancingV2Client(config);
    const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({ Names: [name] }));
    return TargetGroups[0]?.TargetGroupArn ?? false;
  },
  async rule(config, Name) {
    const { EventBridgeClient, DescribeRuleCommand } = await import("@aws-sdk/client-eventbridge");
    return new EventBridgeClient(config).send(new DescribeRuleCommand({ Name }));
  },
  async identityProvider(config, url) {
    const { IAMClient, ListOpenIDConnectProvidersCommand } = await import("@aws-sdk/client-iam");
    const { OpenIDConnectProviderList = [] } = await new IAMClient(config).send(
      new ListOpenIDConnectProvidersCommand({}),
    );
    const host = url.replace("https://", "");
    return OpenIDConnectProviderList.some(({ Arn }) => Arn?.endsWith(`:oidc-provider/${host}`));
  },
  async role(config, RoleName) {
    const { IAMClient, GetRoleCommand } = await import("@aws-sdk/client-iam");
    return new IAMClient(config).send(new GetRoleCommand({ RoleName }));
  },
  async function(config, FunctionName) {
    const { LambdaClient, GetFunctionCommand } = await import("@aws-sdk/client-lambda");
    return new LambdaClient(config).send(new GetFunctionCommand({ FunctionName }));
  },
  async logGroup(config, name) {
    const { CloudWatchLogsClient, DescribeLogGroupsCommand } = await import(
      "@aws-sdk/client-cloudwatch-logs"
    );
    const { logGroups = [] } = await new CloudWatchLogsClient(config).send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
    );
    return logGroups.some(({ logGroupName }) => logGroupName === name);
  },
  async database(config, DBInstanceIdentifier) {
    const { RDSClient, DescribeDBInstancesCommand } = await import("@aws-sdk/client-rds");
    return new RDSClient(config).send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
  },
  async subnetGroup(config, DBSubnetGroupName) {
    const { RDSClient, DescribeDBSubnetGroupsCommand } = await import("@aws-sdk/client-rds");
    return new RDSClient(config).send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName }));
  },
  async bucket(config, Bucket) {
    const { S3Client, HeadBucketCommand } = await import("@aws-sdk/client-s3");
    return new S3Client(config).send(new HeadBucketCommand({ Bucket }));
  },
  async secret(config, SecretId) {
    const { SecretsManagerClient, DescribeSecretCommand } = await import("@aws-sdk/client-secrets-manager");
    return new SecretsManagerClient(config).send(new DescribeSecretCommand({ SecretId }));
  },
};
