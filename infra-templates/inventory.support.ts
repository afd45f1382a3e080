import type { Aws } from "../simulator/src/services/api.ts";
import type { Simulator } from "../simulator/src/simulator.ts";

type Names = (aws: Aws) => Promise<readonly (string | undefined)[] | undefined>;

/** All resources in an account that the templates can create, by service, except the snapshots they keep on purpose. */
const kinds: { readonly [kind: string]: Names } = {
  stacks: async ({ cloudformation }) =>
    (await cloudformation.describeStacks({})).Stacks?.map(({ StackName }) => StackName),
  exports: async ({ cloudformation }) =>
    (await cloudformation.listExports({})).Exports?.map(({ Name }) => Name),
  vpcs: async ({ ec2 }) => (await ec2.describeVpcs({})).Vpcs?.map(({ VpcId }) => VpcId),
  subnets: async ({ ec2 }) => (await ec2.describeSubnets({})).Subnets?.map(({ SubnetId }) => SubnetId),
  routeTables: async ({ ec2 }) =>
    (await ec2.describeRouteTables({})).RouteTables?.map(({ RouteTableId }) => RouteTableId),
  internetGateways: async ({ ec2 }) =>
    (await ec2.describeInternetGateways({})).InternetGateways?.map((each) => each.InternetGatewayId),
  natGateways: async ({ ec2 }) =>
    (await ec2.describeNatGateways({})).NatGateways?.flatMap(({ NatGatewayId, State }) =>
      State === "deleted" ? [] : [NatGatewayId],
    ),
  addresses: async ({ ec2 }) =>
    (await ec2.describeAddresses({})).Addresses?.map(({ AllocationId }) => AllocationId),
  endpoints: async ({ ec2 }) =>
    (await ec2.describeVpcEndpoints({})).VpcEndpoints?.map(({ VpcEndpointId }) => VpcEndpointId),
  securityGroups: async ({ ec2 }) =>
    (await ec2.describeSecurityGroups({})).SecurityGroups?.map(
      (group) => `${group.GroupName}: ${JSON.stringify(group.IpPermissions)}`,
    ),
  instances: async ({ ec2 }) =>
    (await ec2.describeInstances({})).Reservations?.flatMap(({ Instances = [] }) =>
      Instances.flatMap(({ InstanceId, State }) => (State?.Name === "terminated" ? [] : [InstanceId])),
    ),
  // Roles that services create for themselves are kept, as in AWS.
  roles: async ({ iam }) =>
    (await iam.listRoles({})).Roles?.flatMap(({ RoleName, Path }) =>
      Path?.startsWith("/aws-service-role/") ? [] : [RoleName],
    ),
  instanceProfiles: async ({ iam }) =>
    (await iam.listInstanceProfiles({})).InstanceProfiles?.map((each) => each.InstanceProfileName),
  identityProviders: async ({ iam }) =>
    (await iam.listOpenIDConnectProviders({})).OpenIDConnectProviderList?.map(({ Arn }) => Arn),
  databases: async ({ rds }) =>
    (await rds.describeDBInstances({})).DBInstances?.map((each) => each.DBInstanceIdentifier),
  databaseSubnets: async ({ rds }) =>
    (await rds.describeDBSubnetGroups({})).DBSubnetGroups?.map((each) => each.DBSubnetGroupName),
  secrets: async ({ secretsmanager }) =>
    (await secretsmanager.listSecrets({})).SecretList?.map(({ Name }) => Name),
  repositories: async ({ ecr }) =>
    (await ecr.describeRepositories({})).repositories?.map((each) => each.repositoryName),
  clusters: async ({ ecs }) => (await ecs.listClusters({})).clusterArns,
  taskDefinitions: async ({ ecs }) => (await ecs.listTaskDefinitions({})).taskDefinitionArns,
  scalableTargets: async ({ applicationautoscaling }) =>
    (await applicationautoscaling.describeScalableTargets({ ServiceNamespace: "ecs" })).ScalableTargets?.map(
      ({ ResourceId }) => ResourceId,
    ),
  loadBalancers: async ({ elbv2 }) =>
    (await elbv2.describeLoadBalancers({})).LoadBalancers?.map((each) => each.LoadBalancerName),
  targetGroups: async ({ elbv2 }) =>
    (await elbv2.describeTargetGroups({})).TargetGroups?.map((each) => each.TargetGroupName),
  logGroups: async ({ logs }) =>
    (await logs.describeLogGroups({})).logGroups?.map(({ logGroupName }) => logGroupName),
  alarms: async ({ cloudwatch }) =>
    (await cloudwatch.describeAlarms({})).MetricAlarms?.map(({ AlarmName }) => AlarmName),
  dashboards: async ({ cloudwatch }) =>
    (await cloudwatch.listDashboards({})).DashboardEntries?.map((each) => each.DashboardName),
  deploymentApplications: async ({ codedeploy }) => (await codedeploy.listApplications({})).applications,
  gitRepositories: async ({ codecommit }) =>
    (await codecommit.listRepositories({})).repositories?.map((each) => each.repositoryName),
  pipelines: async ({ codepipeline }) =>
    (await codepipeline.listPipelines({})).pipelines?.map(({ name }) => name),
  rules: async ({ events }) => (await events.listRules({})).Rules?.map(({ Name }) => Name),
  buckets: async ({ s3 }) => (await s3.listBuckets({})).Buckets?.map(({ Name }) => Name),
  workstations: async ({ cloud9 }) => (await cloud9.listEnvironments({})).environmentIds,
};

/** Returns the names of all resources, by kind. */
export async function inventory({
  aws,
}: Simulator): Promise<Record<string, readonly (string | undefined)[]>> {
  const entries = Object.entries(kinds).map(
    async ([kind, names]) => [kind, [...((await names(aws)) ?? [])].sort()] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
