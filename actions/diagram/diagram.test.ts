import { expect, test } from "vitest";
import { planStack } from "../cloudformation/plan-stacks.ts";
import { parseTemplate } from "../cloudformation/template.ts";
import { diagramMarkdown } from "../core/diagrams.ts";
import { architectureOf } from "./architecture.ts";

const stackOf = (resources: string) => {
  const template = parseTemplate(`Resources:\n${resources}`, "one.yaml", "one");
  return planStack(template, [template], {}, "test");
};

/** Draws resources, with the arrows as `from -label-> to`, and the frames around each card. */
function draw(resources: string) {
  const { frames, cards, arrows } = architectureOf([stackOf(resources)], "us-east-1");
  const titles = new Map([...frames, ...cards].map(({ id, title }) => [id, title]));
  const around = (id: string | undefined): string => {
    const frame = frames.find((each) => each.id === id);
    return frame ? `${around(frame.parent)}${frame.title}${frame.kind ? `, ${frame.kind}` : ""} / ` : "";
  };
  return {
    cards,
    places: cards.map(({ frame, title }) => around(frame) + title),
    arrows: arrows.map(({ from, to, label, isDashed }) =>
      [titles.get(from), isDashed ? `=${label}=>` : `-${label}->`, titles.get(to)].join(" "),
    ),
  };
}

const network = `
  Vpc: { Type: AWS::EC2::VPC, Properties: { Tags: [{ Key: Name, Value: LabVPC }] } }
  Gate: { Type: AWS::EC2::InternetGateway }
  Public: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc } }
  Other: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc } }
  Private: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc } }
  Table: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !Ref Vpc } }
  Out: { Type: AWS::EC2::Route, Properties: { RouteTableId: !Ref Table, GatewayId: !Ref Gate } }
  A1: { Type: AWS::EC2::SubnetRouteTableAssociation, Properties: { SubnetId: !Ref Public, RouteTableId: !Ref Table } }
  A2: { Type: AWS::EC2::SubnetRouteTableAssociation, Properties: { SubnetId: !Ref Other, RouteTableId: !Ref Table } }
  Vpc2: { Type: AWS::EC2::VPC }
  Private2: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc2 } }`;

test.each<[string, string, string]>([
  [
    "a server in a subnet with a route to an internet gateway",
    "  X: { Type: AWS::EC2::Instance, Properties: { SubnetId: !Ref Public } }",
    "VPC LabVPC / 2 public subnets / X",
  ],
  [
    "a database, by its subnet group, in the one of two VPCs",
    `  G: { Type: AWS::RDS::DBSubnetGroup, Properties: { SubnetIds: [!Ref Private2] } }
  X: { Type: AWS::RDS::DBInstance, Properties: { DBSubnetGroupName: !Ref G } }`,
    "VPC Vpc2 / 1 private subnet / X",
  ],
  [
    "a service in its cluster, which is in its services' subnets",
    `  C: { Type: AWS::ECS::Cluster, Properties: { ClusterName: web } }
  X: { Type: AWS::ECS::Service, Properties: { Cluster: !Ref C, NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [!Ref Public, !Ref Other] } } } }`,
    "VPC LabVPC / 2 public subnets / web, ECS cluster / X",
  ],
  [
    "a target group in the load balancer of its listener",
    `  LB: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Subnets: [!Ref Public], Name: web } }
  L: { Type: AWS::ElasticLoadBalancingV2::Listener, Properties: { LoadBalancerArn: !Ref LB } }
  R: { Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: { ListenerArn: !Ref L, Actions: [{ TargetGroupArn: !Ref X }] } }
  X: { Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: { VpcId: !Ref Vpc } }`,
    "VPC LabVPC / 2 public subnets / web, Load balancer / X",
  ],
  [
    "a resource in subnets of both kinds",
    "  X: { Type: AWS::EC2::VPCEndpoint, Properties: { ServiceName: com.amazonaws.us-east-1.X, SubnetIds: [!Ref Public, !Ref Private] } }",
    "VPC LabVPC / X",
  ],
  [
    "a server in an existing subnet, next to one in another",
    "  Y: { Type: AWS::EC2::Instance, Properties: { SubnetId: subnet-0abc } }\n  X: { Type: AWS::EC2::Instance, Properties: { SubnetId: subnet LabVPC/Public Subnet1 } }",
    "VPC / Public Subnet1 / X",
  ],
  ["a pipeline", "  X: { Type: AWS::CodePipeline::Pipeline }", "Delivery / X"],
  ["a secret", "  X: { Type: AWS::SecretsManager::Secret }", "X"],
  ["a resource of an unknown type", "  X: { Type: AWS::SQS::Queue }", "X"],
])("places %s", (_, resources, place) => {
  expect(draw(`${network}\n${resources}`).places).toContain(`AWS, us-east-1 / ${place}`);
});

const balancer = `
  G: { Type: AWS::EC2::SecurityGroup, Properties: { SecurityGroupIngress: [{ IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0 }] } }
  LB: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { SecurityGroups: [!Ref G] } }
  TG: { Type: AWS::ElasticLoadBalancingV2::TargetGroup }
  T2: { Type: AWS::ElasticLoadBalancingV2::TargetGroup }
  L: { Type: AWS::ElasticLoadBalancingV2::Listener, Properties: { LoadBalancerArn: !Ref LB, Protocol: HTTP, Port: 80, DefaultActions: [{ TargetGroupArn: !Ref TG }] } }
  L2: { Type: AWS::ElasticLoadBalancingV2::Listener, Properties: { LoadBalancerArn: !Ref LB, Protocol: HTTP, Port: 8080 } }
  S: { Type: AWS::ECS::Service, Properties: { LoadBalancers: [{ TargetGroupArn: !Ref TG }] } }`;
const traffic = ["Visitors --> HTTP 80", "HTTP 80 --> TG", "TG --> S"];
const reach = (ingress: string) => `
  From: { Type: AWS::EC2::SecurityGroup }
  Into: { Type: AWS::EC2::SecurityGroup, Properties: { SecurityGroupIngress: [${ingress}] } }
  Server: { Type: AWS::EC2::Instance, Properties: { SecurityGroupIds: [!Ref From] } }
  Db: { Type: AWS::RDS::DBInstance, Properties: { VPCSecurityGroups: [!GetAtt Into.GroupId] } }`;
const fromServer = "SourceSecurityGroupId: !GetAtt From.GroupId, IpProtocol: tcp, FromPort: 3306";
const twoServices = `
  C: { Type: AWS::ECS::Cluster }
  Repo: { Type: AWS::ECR::Repository }
  T: { Type: AWS::ECS::TaskDefinition, Properties: { ContainerDefinitions: [{ Image: !GetAtt Repo.RepositoryUri }] } }
  A: { Type: AWS::ECS::Service, Properties: { Cluster: !Ref C, TaskDefinition: !Ref T } }
  B: { Type: AWS::ECS::Service, Properties: { Cluster: !Ref C, TaskDefinition: !Ref T } }`;

test.each<[string, string, string[]]>([
  ["shows visitors at the listener of an open port, its target group and the service", balancer, traffic],
  [
    "labels a rule with its conditions",
    `${balancer}
  R: { Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: { ListenerArn: !Ref L, Actions: [{ TargetGroupArn: !Ref T2 }], Conditions: [{ Field: path-pattern, PathPatternConfig: { Values: [/admin, /admin/*] } }] } }`,
    ["Visitors --> HTTP 80", "HTTP 80 -/admin, /admin/*-> T2", ...traffic.slice(1)],
  ],
  [
    "shows that the other target group of a deployment group's pair serves the next release",
    `${balancer}
  D: { Type: AWS::CodeDeploy::DeploymentGroup, Properties: { ECSServices: [{ ServiceName: !GetAtt S.Name }], LoadBalancerInfo: { TargetGroupPairInfoList: [{ TargetGroups: [{ Name: !GetAtt TG.TargetGroupName }, { Name: !GetAtt T2.TargetGroupName }] }] } } }`,
    [...traffic, "D -deploys-> S", "T2 =next release=> S"],
  ],
  ["shows who reaches a database", reach(`{ ${fromServer} }`), ["Server -tcp 3306-> Db"]],
  [
    "counts a separate rule of a group",
    `${reach("")}\n  I: { Type: AWS::EC2::SecurityGroupIngress, Properties: { GroupId: !Ref Into, ${fromServer} } }`,
    ["Server -tcp 3306-> Db"],
  ],
  [
    "draws public addresses as visitors",
    reach("{ IpProtocol: tcp, FromPort: 3306, CidrIp: 192.0.2.0/24 }"),
    ["Visitors -192.0.2.0/24-> Db"],
  ],
  [
    "draws any address of IPv6 as visitors, and no private range",
    reach('{ IpProtocol: -1, CidrIpv6: "::/0" }, { IpProtocol: -1, CidrIp: 10.0.0.0/16 }'),
    ["Visitors --> Db"],
  ],
  [
    "shows what tasks use by their role",
    `  Log: { Type: AWS::Logs::LogGroup }\n  Secret: { Type: AWS::SecretsManager::Secret }
  Role: { Type: AWS::IAM::Role, Properties: { Policies: [{ PolicyDocument: { Statement: [{ Resource: [!GetAtt Log.Arn, !Ref Secret] }] } }] } }
  T: { Type: AWS::ECS::TaskDefinition, Properties: { ExecutionRoleArn: !GetAtt Role.Arn } }
  S: { Type: AWS::ECS::Service, Properties: { TaskDefinition: !Ref T } }`,
    ["S -logs-> Log", "S -reads-> Secret"],
  ],
  [
    "shows the sources of a pipeline, by reference and by name, and what it starts",
    `  C: { Type: AWS::CodeCommit::Repository }
  I: { Type: AWS::ECR::Repository, Properties: { RepositoryName: web } }
  D: { Type: AWS::CodeDeploy::DeploymentGroup }
  P: { Type: AWS::CodePipeline::Pipeline, Properties: { Stages: [{ Actions: [!GetAtt C.Name, web, !Ref D] }] } }`,
    ["C -source-> P", "P -starts-> D", "web -image-> P"],
  ],
  [
    "shows that a pushed image starts a pipeline",
    `  I: { Type: AWS::ECR::Repository, Properties: { RepositoryName: web } }
  P: { Type: AWS::CodePipeline::Pipeline }
  R: { Type: AWS::Events::Rule, Properties: { EventPattern: { detail: { repository-name: [web] } }, Targets: [{ Arn: !Sub "arn:\${P}" }] } }`,
    ["R -start-> P", "web -push-> R"],
  ],
  [
    "shows GitHub's workflows with the roles that trust their tokens, and no role of a service",
    `  O: { Type: AWS::IAM::OIDCProvider, Properties: { Url: "https://token.actions.githubusercontent.com" } }
  R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [{ Principal: { Federated: !Ref O } }] } } }
  S: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: ecs-tasks.amazonaws.com } }] } } }`,
    [
      "token.actions.githubusercontent.com --> R",
      "GitHub Actions -signs in-> token.actions.githubusercontent.com",
    ],
  ],
  ["draws an arrow of all services of a cluster at the cluster", twoServices, ["Repo -image-> C"]],
  [
    "and one of a single service at the service",
    `${twoServices}\n  X: { Type: AWS::ECS::Service, Properties: { Cluster: !Ref C } }`,
    ["Repo -image-> A", "Repo -image-> B"],
  ],
])("%s", (_, resources, arrows) => {
  expect(draw(resources).arrows).toEqual(arrows);
});

test("shows several of a kind as one card, with some of their names", () => {
  const alarms = ["A", "B", "C", "D", "E"].map((name) => `  ${name}: { Type: AWS::CloudWatch::Alarm }`);
  const group =
    "  G: { Type: AWS::CodeDeploy::DeploymentGroup, Properties: { AlarmConfiguration: [!Ref A, !Ref E] } }";
  const { cards, arrows } = draw([...alarms, group].join("\n"));
  const details = ["Amazon CloudWatch", "A, B, C, and 2 more"];
  expect(cards[0]).toMatchObject({ title: "5 alarms", details });
  expect(arrows).toEqual(["5 alarms -stops-> G"]);
});

test("shows a cluster without services, and a load balancer without listeners", () => {
  const empty = `
  C: { Type: AWS::ECS::Cluster }
  L: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Subnets: [!Ref Private] } }`;
  const { frames } = architectureOf([stackOf(network + empty)], "us-east-1");
  expect(frames.map(({ title }) => title)).toEqual(
    expect.arrayContaining(["C", "L", "1 private subnet", "VPC Vpc2"]),
  );
});

test("writes a flowchart for a summary", () => {
  expect(diagramMarkdown(architectureOf([stackOf(twoServices)], "us-east-1"))).toBe(`\`\`\`mermaid
flowchart LR
  %%{init: {"flowchart": {"nodeSpacing": 20, "rankSpacing": 25, "padding": 8}}}%%
  subgraph n0["AWS, us-east-1"]
    subgraph n1["Delivery"]
      n3["<b>Repo</b><br/>Amazon ECR"]
    end
    subgraph n2["C<br/>ECS cluster"]
      n4["<b>A</b><br/>Amazon ECS<br/>tasks: 1"]
      n5["<b>B</b><br/>Amazon ECS<br/>tasks: 1"]
    end
  end
  n3 -->|"image"| n2
\`\`\``);
});

test.each<[string, string]>([
  [`a "quoted" name`, "a #34;quoted#34; name"],
  ["<script>alert(1)</script>", "#60;script#62;alert#40;1#41;#60;/script#62;"],
  ["&lt;", "#38;lt#59;"],
  ["**bold** `code`", "#42;#42;bold#42;#42; #96;code#96;"],
  ["two\nlines", "two lines"],
  ["#35;", "#35;35#59;"],
])("escapes the name %j in a label", (title, escaped) => {
  const cards = [{ id: "a", frame: undefined, title, details: [] }];
  expect(diagramMarkdown({ frames: [], cards, arrows: [] })).toContain(`["<b>${escaped}</b>"]`);
});
