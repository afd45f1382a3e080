import type { Service } from "@aws-sdk/client-ecs";
import { afterAll, describe, expect, it } from "vitest";
import { webProgram } from "../runtime/tasks/in-process-runtime.support.ts";
import { startTestSimulator } from "../test-simulator.support.ts";
import { pushProgram } from "./ecs/controller/push-program.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const { aws, clock } = simulator;

/** A VPC with a subnet in two zones, and a group. */
async function createVpc(prefix: string) {
  const CidrBlock = `${prefix}.0.0/16`;
  const { Vpc: { VpcId = "" } = {} } = await aws.ec2.createVpc({ CidrBlock });
  const made = ["us-east-1a", "us-east-1b"].map((AvailabilityZone, index) =>
    aws.ec2.createSubnet({ VpcId, CidrBlock: `${prefix}.${index}.0/24`, AvailabilityZone }),
  );
  const subnets = (await Promise.all(made)).map(({ Subnet }) => Subnet?.SubnetId ?? "");
  const { GroupId = "" } = await aws.ec2.createSecurityGroup({ VpcId, GroupName: "g", Description: "g" });
  return { VpcId, subnets, group: GroupId };
}
const home = await createVpc("10.0");
const other = await createVpc("10.1");

const targetGroup = async ({ VpcId }: { VpcId: string }, Name: string) => {
  const settings = { Name, VpcId, Protocol: "HTTP", Port: 8080, TargetType: "ip" } as const;
  return (await aws.elbv2.createTargetGroup(settings)).TargetGroups?.[0]?.TargetGroupArn ?? "";
};
const balancer = async (settings: object = {}) => {
  const input = { Name: "home", Subnets: home.subnets, Scheme: "internal" as const, ...settings };
  return (await aws.elbv2.createLoadBalancer(input)).LoadBalancers?.[0]?.LoadBalancerArn ?? "";
};
const LoadBalancerArn = await balancer();
const ours = await targetGroup(home, "ours");
const theirs = await targetGroup(other, "theirs");
const forwardTo = (TargetGroupArn: string) => [{ Type: "forward" as const, TargetGroupArn }];
const { Listeners } = await aws.elbv2.createListener({
  LoadBalancerArn,
  Protocol: "HTTP",
  Port: 80,
  DefaultActions: forwardTo(ours),
});
const ListenerArn = Listeners?.[0]?.ListenerArn ?? "";

const { repository } = await aws.ecr.createRepository({ repositoryName: "web" });
const repositoryUri = repository?.repositoryUri ?? "";
await pushProgram(simulator, repositoryUri, webProgram);
await aws.ecs.createCluster({ clusterName: "main" });
const Statement = {
  Effect: "Allow",
  Principal: { Service: "ecs-tasks.amazonaws.com" },
  Action: "sts:AssumeRole",
};
const { Role } = await aws.iam.createRole({
  RoleName: "Execution",
  AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
});
await aws.ecs.registerTaskDefinition({
  family: "web",
  executionRoleArn: Role?.Arn,
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "web", image: repositoryUri, portMappings: [{ containerPort: 8080 }] }],
});
const service = (subnets: string[], securityGroups: string[], settings: object = {}) =>
  aws.ecs.createService({
    cluster: "main",
    serviceName: "web",
    taskDefinition: "web",
    desiredCount: 0,
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups } },
    ...settings,
  });
const target = (AvailabilityZone?: string) => [{ Id: "10.1.0.5", Port: 8080, AvailabilityZone }];

describe("refuses", () => {
  it.each<[string, () => Promise<unknown>, string, RegExp]>([
    [
      "a service in subnets of two VPCs",
      () => service([...home.subnets, ...other.subnets], []),
      "InvalidParameterException",
      /must be from the same VPC/,
    ],
    [
      "a service in a group of another VPC",
      () => service(home.subnets, [home.group, other.group]),
      "InvalidParameterException",
      /^Security group sg-\w+ does not appear to belong to the same VPC as the input subnets\.$/,
    ],
    [
      "a service in 17 subnets",
      () => service(Array(17).fill(home.subnets[0]), []),
      "InvalidParameterException",
      /^subnets can have at most 16 items/,
    ],
    [
      "a service in six security groups",
      () => service(home.subnets, Array(6).fill(home.group)),
      "InvalidParameterException",
      /^securityGroups can have at most 5 items/,
    ],
    [
      "a listener for a target group of another VPC",
      () => aws.elbv2.modifyListener({ ListenerArn, DefaultActions: forwardTo(theirs) }),
      "InvalidConfigurationRequestException",
      /^Target group '\S+theirs\S+' is in a different VPC than load balancer '\S+home\S+'$/,
    ],
    [
      "a rule for a target group of another VPC",
      () =>
        aws.elbv2.createRule({
          ListenerArn,
          Priority: 1,
          Conditions: [{ Field: "path-pattern", Values: ["/*"] }],
          Actions: forwardTo(theirs),
        }),
      "InvalidConfigurationRequestException",
      /is in a different VPC/,
    ],
    [
      "an address of another VPC as a target",
      () => aws.elbv2.registerTargets({ TargetGroupArn: ours, Targets: target() }),
      "ValidationError",
      /^The Availability Zone is required for IP address '10\.1\.0\.5' because it is not in the VPC$/,
    ],
    [
      "it in one zone",
      () => aws.elbv2.registerTargets({ TargetGroupArn: ours, Targets: target("us-east-1a") }),
      "ValidationError",
      /must be 'all' for Application Load Balancer target groups, when not within the VPC$/,
    ],
    [
      "private names in a VPC without host names",
      () =>
        aws.ec2.createVpcEndpoint({
          VpcId: home.VpcId,
          ServiceName: "com.amazonaws.us-east-1.logs",
          VpcEndpointType: "Interface",
          SubnetIds: home.subnets,
        }),
      "InvalidParameter",
      /^Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for vpc-\w+$/,
    ],
    [
      "a subnet that overlaps another one",
      () => aws.ec2.createSubnet({ VpcId: home.VpcId, CidrBlock: "10.0.1.128/25" }),
      "InvalidSubnet.Conflict",
      /^The CIDR '10\.0\.1\.128\/25' conflicts with another subnet$/,
    ],
  ])("%s", async (_, call, code, message) => {
    await expect(call()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

it("wants an internet gateway for a public load balancer where networks count", async () => {
  const enforcing = await startTestSimulator({ networks: "enforce" });
  const { ec2, elbv2 } = enforcing.aws;
  const { Subnets = [] } = await ec2.describeSubnets({});
  const [{ VpcId = "" } = {}] = Subnets;
  const { InternetGateways } = await ec2.describeInternetGateways({});
  const InternetGatewayId = InternetGateways?.[0]?.InternetGatewayId ?? "";
  const subnets = Subnets.slice(0, 2).map(({ SubnetId = "" }) => SubnetId);
  const create = (Name: string, Scheme: "internal" | "internet-facing") =>
    elbv2.createLoadBalancer({ Name, Scheme, Subnets: subnets });
  await create("before", "internet-facing");
  await ec2.detachInternetGateway({ InternetGatewayId, VpcId });
  await create("private", "internal");
  await expect(create("after", "internet-facing")).rejects.toMatchObject({
    code: "InvalidSubnetException",
    message: `VPC ${VpcId} has no internet gateway`,
  });
  await enforcing.close();
});

it("reports as an event of the service that its target group is in another VPC", async () => {
  const loadBalancers = [{ targetGroupArn: ours, containerName: "web", containerPort: 8080 }];
  await service(other.subnets, [other.group], { serviceName: "lost", desiredCount: 1, loadBalancers });
  const events = async (): Promise<Service["events"]> =>
    (await aws.ecs.describeServices({ cluster: "main", services: ["lost"] })).services?.[0]?.events;
  await clock.eventually(async () =>
    expect(await events()).toContainEqual(
      expect.objectContaining({
        message: expect.stringMatching(
          /^\(service lost\) failed to register targets in \(target-group \S+ours\S+\) with \(error The Availability Zone for IP address '10\.1\.\d+\.\d+' must be 'all'/,
        ),
      }),
    ),
  );
});
