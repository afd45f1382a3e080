import type { Aws } from "../services/api.ts";
import type { Simulator } from "../simulator.ts";

export interface TestNetwork {
  readonly vpc: string;
  /** The main table, with a route to an internet gateway. */
  readonly routeTable: string;
  readonly subnets: string[];
  readonly securityGroup: string;
}

/** Creates the repository `web`, and a cluster and a load balancer of this name in a separate network. */
export async function createWebAccount(simulator: Simulator, name: string) {
  const { aws } = simulator;
  const { repository } = await aws.ecr.createRepository({ repositoryName: "web" });
  const network = await createNetwork(simulator);
  const { listeners, targetGroups } = await createLoadBalancer(simulator, name, network);
  await aws.ecs.createCluster({ clusterName: name });
  const { subnets, securityGroup } = network;
  const assignPublicIp = "ENABLED" as const;
  return {
    repositoryUri: repository?.repositoryUri ?? "",
    networkConfiguration: {
      awsvpcConfiguration: { subnets, securityGroups: [securityGroup], assignPublicIp },
    },
    network,
    listeners,
    targetGroups,
  };
}

/** Creates the cluster `coffee`, whose services have no tasks; returns its subnet, and creates such services. */
export async function createIdleCluster({ aws: { ec2, ecs } }: Simulator) {
  const { Vpc } = await ec2.createVpc({ CidrBlock: "10.0.0.0/16" });
  const { Subnet } = await ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock: "10.0.0.0/24" });
  const subnet = Subnet?.SubnetId ?? "";
  await ecs.createCluster({ clusterName: "coffee" });
  await ecs.registerTaskDefinition({
    family: "web",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    containerDefinitions: [{ name: "web", image: "web" }],
  });
  const createService = (serviceName: string) =>
    ecs.createService({
      cluster: "coffee",
      serviceName,
      taskDefinition: "web",
      launchType: "FARGATE",
      desiredCount: 0,
      networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
    });
  return { subnet, createService };
}

/** Two public subnets in two zones, as load balancers require, and a group that opens their ports. */
export async function createNetwork({ aws }: Simulator): Promise<TestNetwork> {
  const vpc = (await aws.ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
  const { InternetGateway } = await aws.ec2.createInternetGateway({});
  const GatewayId = InternetGateway?.InternetGatewayId;
  await aws.ec2.attachInternetGateway({ InternetGatewayId: GatewayId, VpcId: vpc });
  const ofVpc = { Filters: [{ Name: "vpc-id", Values: [vpc] }] };
  const { RouteTables } = await aws.ec2.describeRouteTables(ofVpc);
  const RouteTableId = RouteTables?.[0]?.RouteTableId;
  await aws.ec2.createRoute({ RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId });
  const createSubnet = async (zone: string, CidrBlock: string) => {
    const AvailabilityZone = `us-east-1${zone}`;
    const { Subnet } = await aws.ec2.createSubnet({ VpcId: vpc, CidrBlock, AvailabilityZone });
    return Subnet?.SubnetId ?? "";
  };
  const subnets = [await createSubnet("a", "10.0.0.0/24"), await createSubnet("b", "10.0.1.0/24")];
  const group = { GroupName: "web", Description: "web", VpcId: vpc };
  const { GroupId: securityGroup = "" } = await aws.ec2.createSecurityGroup(group);
  for (const port of [80, 8080])
    await aws.ec2.authorizeSecurityGroupIngress({
      ...{ GroupId: securityGroup, IpProtocol: "tcp", CidrIp: "0.0.0.0/0" },
      ...{ FromPort: port, ToPort: port },
    });
  return { vpc, routeTable: RouteTableId ?? "", subnets, securityGroup };
}

/** Creates a target group for port 8080 of tasks; returns its ARN. */
export async function createTargetGroup({ elbv2 }: Aws, VpcId: string, Name: string): Promise<string> {
  const settings = { Name, Protocol: "HTTP", Port: 8080, VpcId, TargetType: "ip" } as const;
  return (await elbv2.createTargetGroup(settings)).TargetGroups?.[0]?.TargetGroupArn ?? "";
}

/** Creates listeners on port 80 for production, which is blue, and on 8080 for tests, which are green; returns ARNs. */
async function createLoadBalancer(
  { aws }: Simulator,
  Name: string,
  { vpc, subnets, securityGroup }: TestNetwork,
) {
  const { elbv2 } = aws;
  const { LoadBalancers } = await elbv2.createLoadBalancer({
    Name,
    Subnets: subnets,
    SecurityGroups: [securityGroup],
  });
  const targetGroups = {
    blue: await createTargetGroup(aws, vpc, "blue"),
    green: await createTargetGroup(aws, vpc, "green"),
  };
  const createListener = async (Port: number, TargetGroupArn: string) => {
    const { Listeners } = await elbv2.createListener({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: "HTTP",
      Port,
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
    });
    return Listeners?.[0]?.ListenerArn ?? "";
  };
  const listeners = {
    production: await createListener(80, targetGroups.blue),
    test: await createListener(8080, targetGroups.green),
  };
  return { listeners, targetGroups };
}
