import { expect, test } from "vitest";
import { Reference } from "../cloudformation/values.ts";
import { arrowsOf, drawResources } from "./draw.support.ts";

const balancer = `
  G: { Type: AWS::EC2::SecurityGroup, Properties: { SecurityGroupIngress: [{ IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0 }] } }
  LB: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { SecurityGroups: [!Ref G] } }
  TG: { Type: AWS::ElasticLoadBalancingV2::TargetGroup }
  T2: { Type: AWS::ElasticLoadBalancingV2::TargetGroup }
  L: { Type: AWS::ElasticLoadBalancingV2::Listener, Properties: { LoadBalancerArn: !Ref LB, Protocol: HTTP, Port: 80, DefaultActions: [{ TargetGroupArn: !Ref TG }] } }
  S: { Type: AWS::ECS::Service, Properties: { LoadBalancers: [{ TargetGroupArn: !Ref TG }] } }`;
const rule = (conditions: string) =>
  `${balancer}\n  R: { Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: { ListenerArn: !Ref L, Conditions: [${conditions}], Actions: [{ TargetGroupArn: !Ref T2 }] } }`;
const reach = (ingress: string) => `
  From: { Type: AWS::EC2::SecurityGroup }
  Into: { Type: AWS::EC2::SecurityGroup, Properties: { SecurityGroupIngress: [${ingress}] } }
  Server: { Type: AWS::EC2::Instance, Properties: { SecurityGroupIds: [!Ref From] } }
  Db: { Type: AWS::RDS::DBInstance, Properties: { VPCSecurityGroups: [!GetAtt Into.GroupId] } }`;
const fromServer =
  "SourceSecurityGroupId: !GetAtt From.GroupId, IpProtocol: tcp, FromPort: 3306, ToPort: 3306";
const role = (resource: string) => `
  Role: { Type: AWS::IAM::Role, Properties: { Policies: [{ PolicyDocument: { Statement: [{ Resource: ${resource} }] } }] } }
  T: { Type: AWS::ECS::TaskDefinition, Properties: { ExecutionRoleArn: !GetAtt Role.Arn } }
  S: { Type: AWS::ECS::Service, Properties: { TaskDefinition: !Ref T } }`;
const action = (provider: string, configuration: string) =>
  `  P: { Type: AWS::CodePipeline::Pipeline, Properties: { Stages: [{ Actions: [{ ActionTypeId: { Provider: ${provider} }, Configuration: { ${configuration} } }] }] } }`;
const pushed = (pattern: string) =>
  `  P: { Type: AWS::CodePipeline::Pipeline }
  R: { Type: AWS::Events::Rule, Properties: { EventPattern: ${pattern}, Targets: [{ Arn: !Sub "arn:\${AWS::AccountId}:\${P}" }] } }`;

test.each<[string, string, string[]]>([
  [
    "shows visitors at the listener's open port, its target group and the service behind it",
    balancer,
    ["Visitors -from anywhere-> HTTP 80", "HTTP 80 -all-> TG", "TG -serves-> S"],
  ],
  [
    "labels a rule with its condition",
    rule(
      "{ PathPatternConfig: { Values: [/admin, /admin/*] } }, { SourceIpConfig: { Values: [192.0.2.7/32] } }",
    ),
    [
      "Visitors -from anywhere-> HTTP 80",
      "HTTP 80 -all else-> TG",
      "HTTP 80 -/admin, /admin/* from 192.0.2.7/32-> T2",
      "TG -serves-> S",
    ],
  ],
  [
    "shows that the other target group of a deployment group's pair serves the next release",
    `${balancer}
  D: { Type: AWS::CodeDeploy::DeploymentGroup, Properties: { ECSServices: [{ ServiceName: !GetAtt S.Name }], LoadBalancerInfo: { TargetGroupPairInfoList: [{ TargetGroups: [{ Name: !GetAtt TG.TargetGroupName }, { Name: !GetAtt T2.TargetGroupName }] }] } } }`,
    [
      "Visitors -from anywhere-> HTTP 80",
      "HTTP 80 -all-> TG",
      "TG -serves-> S",
      "T2 =next release=> S",
      "D -blue/green-> S",
    ],
  ],
  [
    "shows that a security group's rule allows one to reach the other",
    reach(`{ ${fromServer}, Description: MySQL }`),
    ["Server -MySQL 3306-> Db"],
  ],
  [
    "counts a separate rule of a group, too",
    `${reach("")}\n  I: { Type: AWS::EC2::SecurityGroupIngress, Properties: { GroupId: !Ref Into, ${fromServer} } }`,
    ["Server -tcp 3306-> Db"],
  ],
  [
    "draws a range of public addresses as visitors",
    reach("{ IpProtocol: tcp, FromPort: 3306, ToPort: 3307, CidrIp: 192.0.2.0/24 }"),
    ["Visitors -tcp 3306–3307 from 192.0.2.0/24-> Db"],
  ],
  ["draws no private range as visitors", reach("{ IpProtocol: -1, CidrIp: 10.0.0.0/16 }"), []],
  [
    "shows that tasks pull the image of their definition",
    `  Repo: { Type: AWS::ECR::Repository }
  T: { Type: AWS::ECS::TaskDefinition, Properties: { ContainerDefinitions: [{ Image: !Sub "\${Repo.RepositoryUri}:1" }] } }
  S: { Type: AWS::ECS::Service, Properties: { TaskDefinition: !Ref T } }`,
    ["S -pulls-> Repo"],
  ],
  [
    "shows what tasks use by their role",
    `  Log: { Type: AWS::Logs::LogGroup }\n  Secret: { Type: AWS::SecretsManager::Secret }${role("[!GetAtt Log.Arn, !Ref Secret]")}`,
    ["S -logs-> Log", "S -reads-> Secret"],
  ],
  [
    "shows the secret in which RDS keeps a password for tasks",
    `  Db: { Type: AWS::RDS::DBInstance, Properties: { ManageMasterUserPassword: true } }${role("!GetAtt Db.MasterUserSecret.SecretArn")}`,
    ["S -reads-> Db login", "Db -keeps its password in-> Db login"],
  ],
  [
    "shows the secret with whose password a database is created",
    `  Secret: { Type: AWS::SecretsManager::Secret }
  Db: { Type: AWS::RDS::DBInstance, Properties: { MasterUserPassword: !Sub "{{resolve:secretsmanager:\${Secret}:SecretString:password}}" } }`,
    ["Db -has its password from-> Secret"],
  ],
  [
    "shows the way out of private subnets",
    `  Vpc: { Type: AWS::EC2::VPC }
  A: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc } }
  N: { Type: AWS::EC2::NatGateway }
  T: { Type: AWS::EC2::RouteTable }
  R: { Type: AWS::EC2::Route, Properties: { RouteTableId: !Ref T, NatGatewayId: !Ref N } }
  B: { Type: AWS::EC2::SubnetRouteTableAssociation, Properties: { SubnetId: !Ref A, RouteTableId: !Ref T } }`,
    ["Private subnets -way out-> NAT gateway"],
  ],
  [
    "shows a pipeline's source, by reference",
    `  C: { Type: AWS::CodeCommit::Repository }\n${action("CodeCommit", "RepositoryName: !GetAtt C.Name")}`,
    ["C -source-> P"],
  ],
  [
    "or by name",
    `  I: { Type: AWS::ECR::Repository, Properties: { RepositoryName: web } }\n${action("ECR", "RepositoryName: web")}`,
    ["web -image-> P"],
  ],
  [
    "shows what a pipeline deploys",
    `  D: { Type: AWS::CodeDeploy::DeploymentGroup, Properties: { DeploymentGroupName: web } }\n${action("CodeDeployToECS", "DeploymentGroupName: web")}`,
    ["P -deploys-> web"],
  ],
  [
    "shows that a pushed image starts a pipeline",
    `  I: { Type: AWS::ECR::Repository, Properties: { RepositoryName: web } }\n${pushed("{ source: [aws.ecr], detail: { repository-name: [web] } }")}`,
    ["web -image pushed-> R", "R -starts-> P"],
  ],
  [
    "shows that a commit starts a pipeline",
    `  C: { Type: AWS::CodeCommit::Repository }\n${pushed("{ source: [aws.codecommit], resources: [!GetAtt C.Arn] }")}`,
    ["C -commit pushed-> R", "R -starts-> P"],
  ],
  [
    "shows GitHub's workflows assuming a role, and no card for a service's role",
    `  O: { Type: AWS::IAM::OIDCProvider, Properties: { Url: "https://token.actions.githubusercontent.com" } }
  R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [{ Principal: { Federated: !Ref O } }] } } }
  S: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: ecs-tasks.amazonaws.com } }] } } }`,
    [
      "GitHub Actions -signs in-> token.actions.githubusercontent.com",
      "token.actions.githubusercontent.com -assumed with its tokens-> R",
    ],
  ],
  [
    "draws an arrow of all services of a cluster at the cluster",
    `  C: { Type: AWS::ECS::Cluster }
  Repo: { Type: AWS::ECR::Repository }
  T: { Type: AWS::ECS::TaskDefinition, Properties: { ContainerDefinitions: [{ Image: !GetAtt Repo.RepositoryUri }] } }
  A: { Type: AWS::ECS::Service, Properties: { Cluster: !Ref C, TaskDefinition: !Ref T } }
  B: { Type: AWS::ECS::Service, Properties: { Cluster: !Ref C, TaskDefinition: !Ref T } }`,
    ["Amazon ECS cluster C -pulls-> Repo"],
  ],
])("%s", (_, resources, arrows) => {
  expect(arrowsOf(drawResources(resources))).toEqual(arrows);
});

test("completes from deployed task definitions what the templates leave open", () => {
  const definition = {
    containerDefinitions: [
      {
        secrets: [{ valueFrom: [new Reference("one", "Secret")] }],
        environment: [{ value: ["instance-endpoint supplierdb"] }],
        logConfiguration: { options: { "awslogs-group": "tasks" } },
      },
    ],
  };
  const resources = `
  Secret: { Type: AWS::SecretsManager::Secret }
  Log: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: tasks } }
  T: { Type: AWS::ECS::TaskDefinition, Properties: { Family: web } }
  S: { Type: AWS::ECS::Service, Properties: { TaskDefinition: !Ref T } }`;
  expect(arrowsOf(drawResources(resources, new Map([["web", definition]])))).toEqual([
    "S -reads-> Secret",
    "S -logs-> tasks",
    "S -queries-> supplierdb",
  ]);
});
