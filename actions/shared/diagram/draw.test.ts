import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { readTemplates } from "../cloudformation/template.ts";
import { billedTypes } from "../cost/estimate.ts";
import { freeTypes } from "../cost/free-types.ts";
import { isObject } from "../task-definition.ts";
import { arrowsOf, drawResources, placeOf } from "./draw.support.ts";
import { drawnTypes } from "./drawn-types.ts";

const network = `
  Vpc: { Type: AWS::EC2::VPC, Properties: { Tags: [{ Key: Name, Value: LabVPC }] } }
  Gate: { Type: AWS::EC2::InternetGateway }
  Public: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, AvailabilityZone: !Select [0, !GetAZs ""] } }
  Other: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, AvailabilityZone: !Select [1, !GetAZs ""] } }
  Private: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, AvailabilityZone: !Select [0, !GetAZs ""] } }
  Table: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !Ref Vpc } }
  Out: { Type: AWS::EC2::Route, Properties: { RouteTableId: !Ref Table, GatewayId: !Ref Gate } }
  A1: { Type: AWS::EC2::SubnetRouteTableAssociation, Properties: { SubnetId: !Ref Public, RouteTableId: !Ref Table } }
  A2: { Type: AWS::EC2::SubnetRouteTableAssociation, Properties: { SubnetId: !Ref Other, RouteTableId: !Ref Table } }`;

test.each<[string, string, string]>([
  [
    "a server in a subnet with a route to an internet gateway",
    "  X: { Type: AWS::EC2::Instance, Properties: { SubnetId: !Ref Public } }",
    "AWS, us-east-1 / VPC LabVPC / Public subnets / X",
  ],
  [
    "a server in a subnet without such a route",
    "  X: { Type: AWS::EC2::Instance, Properties: { NetworkInterfaces: [{ SubnetId: !Ref Private }] } }",
    "AWS, us-east-1 / VPC LabVPC / Private subnets / X",
  ],
  [
    "a database, by its subnet group",
    `  G: { Type: AWS::RDS::DBSubnetGroup, Properties: { SubnetIds: [!Ref Private] } }
  X: { Type: AWS::RDS::DBInstance, Properties: { DBSubnetGroupName: !Ref G } }`,
    "AWS, us-east-1 / VPC LabVPC / Private subnets / X",
  ],
  [
    "a service in its cluster, which is in its services' subnets",
    `  C: { Type: AWS::ECS::Cluster, Properties: { ClusterName: web } }
  X: { Type: AWS::ECS::Service, Properties: { Cluster: !Ref C, NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [!Ref Public, !Ref Other] } } } }`,
    "AWS, us-east-1 / VPC LabVPC / Public subnets / Amazon ECS cluster web / X",
  ],
  [
    "a resource in subnets of both kinds",
    "  X: { Type: AWS::EC2::VPCEndpoint, Properties: { ServiceName: com.amazonaws.us-east-1.X, SubnetIds: [!Ref Public, !Ref Private] } }",
    "AWS, us-east-1 / VPC LabVPC / X endpoint",
  ],
  [
    "a server in an existing subnet",
    "  X: { Type: AWS::EC2::Instance, Properties: { SubnetId: subnet LabVPC/Public Subnet1 } }",
    "AWS, us-east-1 / VPC / Subnets / X",
  ],
  ["a secret", "  X: { Type: AWS::SecretsManager::Secret }", "AWS, us-east-1 / X"],
])("places %s", (_, resources, place) => {
  expect(placeOf(place.split(" / ").at(-1) ?? "", drawResources(`${network}\n${resources}`))).toBe(place);
});

test("lists the subnets of a frame, and a card's own subnet among several", () => {
  const server = "\n  X: { Type: AWS::EC2::Instance, Properties: { SubnetId: !Ref Public } }";
  const { groups, nodes } = drawResources(network + server);
  expect(groups.find(({ title }) => title === "Public subnets")?.details).toEqual([
    "Public, Other in 2 availability zones",
  ]);
  expect(nodes[0]?.details).toEqual(["in Public"]);
});

test("frames areas with more than one card", () => {
  const rule = (name: string) => `  ${name}: { Type: AWS::CodeCommit::Repository }\n`;
  const pipeline = "  P: { Type: AWS::CodePipeline::Pipeline }\n";
  expect(placeOf("A", drawResources(rule("A")))).toBe("AWS, us-east-1 / A");
  expect(placeOf("A", drawResources(rule("A") + pipeline))).toBe("AWS, us-east-1 / Delivery / A");
});

test("draws one card, with one arrow, for several resources with the same part", () => {
  const one = (name: string) => `
  ${name}Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { AlarmName: ${name}-slow } }
  ${name}Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties: { DeploymentGroupName: ${name}, AlarmConfiguration: { Alarms: [{ Name: !Ref ${name}Alarm }] } }`;
  const diagram = drawResources(`${one("A")}${one("B")}\n  Idle: { Type: AWS::CloudWatch::Alarm }`);
  expect(arrowsOf(diagram)).toEqual(["2 alarms -stops-> 2 deployment groups"]);
  expect(diagram.nodes.map(({ title, details }) => [title, ...details])).toEqual([
    ["2 alarms", "A-slow", "B-slow"],
    ["2 deployment groups", "A", "B"],
    ["Idle"],
  ]);
});

test("refuses unknown types, each by its name", () => {
  expect(() => drawResources("  Q: { Type: AWS::SQS::Queue }\n  T: { Type: AWS::SNS::Topic }")).toThrow(
    /^Cannot draw one\/Q \(AWS::SQS::Queue\), one\/T \(AWS::SNS::Topic\)$/,
  );
});

test("knows every type of the repository's templates, and every type that has a known cost", () => {
  const templates = readTemplates(join(resolve(import.meta.dirname, "../../.."), "infra-templates"));
  const used = templates.flatMap(({ content }) =>
    Object.values(isObject(content.Resources) ? content.Resources : {}).map((resource) =>
      isObject(resource) ? String(resource.Type) : "",
    ),
  );
  const types = [...used, ...Object.keys(billedTypes), ...Object.keys(freeTypes)];
  expect(types.filter((type) => !Object.hasOwn(drawnTypes, type))).toEqual([]);
});
