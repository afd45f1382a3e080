import type { Simulator } from "@ecs-delivery/simulator";

/**
 * Operations that list what the templates can create, except the snapshots that they keep on purpose: the service, its
 * operation, the list in its response, and the members that identify a resource.
 */
const lists = `
  cloudformation describeStacks Stacks StackName
  cloudformation listExports Exports Name
  ec2 describeVpcs Vpcs VpcId
  ec2 describeSubnets Subnets SubnetId
  ec2 describeRouteTables RouteTables RouteTableId
  ec2 describeInternetGateways InternetGateways InternetGatewayId
  ec2 describeNatGateways NatGateways NatGatewayId State
  ec2 describeAddresses Addresses AllocationId
  ec2 describeVpcEndpoints VpcEndpoints VpcEndpointId
  ec2 describeSecurityGroups SecurityGroups GroupName IpPermissions FromPort IpRanges CidrIp
  ec2 describeInstances Reservations Instances InstanceId State Name
  iam listRoles Roles RoleName Path
  iam listInstanceProfiles InstanceProfiles InstanceProfileName
  iam listOpenIDConnectProviders OpenIDConnectProviderList Arn
  applicationautoscaling describeScalableTargets ScalableTargets ResourceId
  rds describeDBInstances DBInstances DBInstanceIdentifier
  rds describeDBSubnetGroups DBSubnetGroups DBSubnetGroupName
  secretsmanager listSecrets SecretList Name
  ecr describeRepositories repositories repositoryName
  ecs listClusters clusterArns
  ecs listTaskDefinitions taskDefinitionArns
  elbv2 describeLoadBalancers LoadBalancers LoadBalancerName
  elbv2 describeTargetGroups TargetGroups TargetGroupName
  logs describeLogGroups logGroups logGroupName
  cloudwatch describeAlarms MetricAlarms AlarmName
  cloudwatch listDashboards DashboardEntries DashboardName
  codedeploy listApplications applications
  codecommit listRepositories repositories repositoryName
  codepipeline listPipelines pipelines name
  events listRules Rules Name
  s3 listBuckets Buckets Name
  cloud9 listEnvironments environmentIds`;

/** Ended resources that AWS still lists for a while, and roles that services create for themselves, do not count. */
const counts = (shown: string) => !/"(deleted|terminated)"|"\/aws-service-role\//.test(shown);

type Operations = Readonly<Record<string, (input: object) => Promise<Readonly<Record<string, unknown>>>>>;

/** Returns all resources of an account that the templates can create, by the operation that lists them. */
export async function inventory({ aws }: Simulator): Promise<Record<string, readonly string[]>> {
  const services = aws as unknown as Readonly<Record<string, Operations>>;
  const entries = lists
    .trim()
    .split(/\s*\n\s*/)
    .map(async (line) => {
      const [service = "", operation = "", list = "", ...members] = line.split(" ");
      const input = service === "applicationautoscaling" ? { ServiceNamespace: "ecs" } : {};
      const response = await services[service]?.[operation]?.(input);
      const found = (response?.[list] ?? []) as readonly (string | object)[];
      const shown = found.map((each) => JSON.stringify(each, typeof each === "string" ? null : members));
      const left = shown.filter(counts).map((text) => text.replace(/,"State":[^}]*\}?/, ""));
      return [`${service} ${list}`, left.sort()] as const;
    });
  return Object.fromEntries(await Promise.all(entries));
}
