import { expect, test } from "vitest";
import type { Failure } from "../../../core/failure.ts";
import { useStage } from "../stage.support.ts";

const stage = await useStage();
const { aws } = stage.simulator;
const trust = { Statement: [{ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }] };
await aws.ecr.createRepository({ repositoryName: "customer" });
await aws.ecs.createCluster({ clusterName: "shop" });
await aws.logs.createLogGroup({ logGroupName: "shop" });
await aws.iam.createRole({ RoleName: "shop", AssumeRolePolicyDocument: JSON.stringify(trust) });
await aws.codedeploy.createApplication({ applicationName: "shop", computePlatform: "ECS" });
await aws.codecommit.createRepository({ repositoryName: "shop" });
await aws.secretsmanager.createSecret({ Name: "shop", SecretString: "x" });
await aws.cloudwatch.putDashboard({ DashboardName: "shop", DashboardBody: '{"widgets":[]}' });
await aws.cloud9.createEnvironmentEC2({
  name: "shop",
  instanceType: "t3.small",
  imageId: "amazonlinux-2023-x86_64",
});
await aws.iam.createOpenIDConnectProvider({ Url: "https://tokens.example.com" });

const role =
  "{ Statement: [{ Effect: Allow, Principal: { Service: ecs.amazonaws.com }, Action: sts:AssumeRole }] }";
const resources = {
  Images: "{ Type: AWS::ECR::Repository, Properties: { RepositoryName: customer } }",
  Cluster: "{ Type: AWS::ECS::Cluster, Properties: { ClusterName: !Ref Name } }",
  Log: "{ Type: AWS::Logs::LogGroup, Properties: { LogGroupName: !Ref Name } }",
  Role: `{ Type: AWS::IAM::Role, Properties: { RoleName: !Ref Name, AssumeRolePolicyDocument: ${role} } }`,
  App: "{ Type: AWS::CodeDeploy::Application, Properties: { ApplicationName: !Ref Name, ComputePlatform: ECS } }",
  Code: "{ Type: AWS::CodeCommit::Repository, Properties: { RepositoryName: !Ref Name } }",
  Graphs: `{ Type: AWS::CloudWatch::Dashboard, Properties: { DashboardName: !Ref Name, DashboardBody: '{"widgets":[]}' } }`,
  Tokens: "{ Type: AWS::IAM::OIDCProvider, Properties: { Url: https://tokens.example.com } }",
  Ide: "{ Type: AWS::Cloud9::EnvironmentEC2, Properties: { Name: !Ref Name, InstanceType: t3.small, ImageId: amazonlinux-2023-x86_64 } }",
  Secret: "{ Type: AWS::SecretsManager::Secret, Properties: { Name: !Ref Name, SecretString: y } }",
};
const templateOf = (chosen: Readonly<Record<string, string>>) =>
  `Parameters: { Name: { Type: String, Default: shop } }\nResources:\n${Object.entries(chosen)
    .map(([id, resource]) => `  ${id}: ${resource}\n`)
    .join("")}`;

test("names in a plan every resource whose name is already used, and what to do", async () => {
  await stage.templates({ it: templateOf(resources) });
  const { error, summary } = await stage.run({ mode: "plan" });
  expect(error).toBeUndefined();
  for (const logicalId of Object.keys(resources))
    expect(summary).toMatch(
      new RegExp(`${logicalId} \\(AWS::\\S+\\) cannot be created: the name \\S+ is already used`),
    );
  expect(summary).toContain(
    "Fix: leave the template it out (existing-resources: skip), delete that resource",
  );
  expect(summary).toContain("Fix: take it into the stack (existing-resources: adopt), leave the template");
});

test("warns of no unused names", async () => {
  await stage.templates({
    it: templateOf(resources)
      .replace("Default: shop", "Default: other")
      .replace(/customer|example/g, "other"),
  });
  const { summary } = await stage.run({ mode: "plan" });
  expect(summary).not.toContain("already used");
});

test("names them in an apply as well, creates nothing and leaves the existing resources as they are", async () => {
  await stage.templates({ it: templateOf(resources) });
  const before = await stage.run({ mode: "plan" });
  const { error } = await stage.run({});
  for (const logicalId of Object.keys(resources)) expect(error?.message).toContain(`${logicalId} (AWS::`);
  expect((error as Failure).nextStep).toContain("leave the template it out (existing-resources: skip)");
  expect(await stage.stacks()).toEqual({});
  expect((await stage.run({ mode: "plan" })).summary).toBe(before.summary);
});

test("names what an update would add under a name in use, and changes nothing", async () => {
  const { Log } = resources;
  const other = { Own: "{ Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }" };
  await stage.templates({ it: templateOf(other) });
  expect((await stage.run({})).error).toBeUndefined();
  await stage.templates({ it: templateOf({ ...other, Log }) });
  expect((await stage.run({ mode: "plan" })).summary).toContain(
    "Log (AWS::Logs::LogGroup) cannot be created",
  );
  expect((await stage.run({})).error?.message).toContain(
    "the name shop is already used by a resource outside",
  );
  expect(Object.values(await stage.stacks())).toEqual(["CREATE_COMPLETE"]);
});

const clusterAs = (properties: string) => `
Resources: { Cluster: { Type: AWS::ECS::Cluster, Properties: { ${properties} } } }
Outputs: { Name: { Value: !Ref Cluster, Export: { Name: !Sub "\${AWS::StackName}-ClusterName" } } }
`;
const serviceIn = (name: string, others = "") => `
Parameters: { ClusterStack: { Type: String, Default: shop-cluster } }
Resources:
  Web: { Type: AWS::ECS::Service, Properties: { ServiceName: web, TaskDefinition: web, Cluster: ${name} } }
${others}`;
const imported = `{ "Fn::ImportValue": !Sub "\${ClusterStack}-ClusterName" }`;
const shop = "  Shop: { Type: AWS::ECS::Cluster, Properties: { ClusterName: shop } }\n";

test("finds a service in its cluster, also one that the template imports or refers to", async () => {
  const { ecs, ec2, cloudformation } = stage.simulator.aws;
  const CidrBlock = "10.0.0.0/24";
  const { Vpc } = await ec2.createVpc({ CidrBlock });
  const { Subnet } = await ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock });
  const networkConfiguration = { awsvpcConfiguration: { subnets: [Subnet?.SubnetId ?? ""] } };
  await ecs.registerTaskDefinition({
    family: "web",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    containerDefinitions: [{ name: "web", image: "web" }],
  });
  const launched = { launchType: "FARGATE", networkConfiguration } as const;
  const web = { ...launched, serviceName: "web", taskDefinition: "web", desiredCount: 0 };
  await ecs.createService({ ...web, cluster: "shop" });
  const isFound = async (templates: Record<string, string>) => {
    await stage.templates(templates);
    const { summary } = await stage.run({ mode: "plan" });
    return summary.includes("Web (AWS::ECS::Service) cannot be created: the name web is already used");
  };
  const unnamed = clusterAs("Tags: []");
  expect(await isFound({ web: serviceIn("shop") })).toBe(true);
  expect(await isFound({ web: serviceIn("other") })).toBe(false);
  expect(await isFound({ web: serviceIn("!GetAtt Shop.Arn", shop) })).toBe(true);
  expect(await isFound({ web: serviceIn(imported), cluster: clusterAs("ClusterName: shop") })).toBe(true);
  expect(await isFound({ web: serviceIn(imported), cluster: unnamed })).toBe(false);
  // The name is CloudFormation's.
  await stage.templates({ cluster: unnamed });
  expect((await stage.run({})).error).toBeUndefined();
  expect(await isFound({ web: serviceIn(imported), cluster: unnamed })).toBe(false);
  const { StackResources } = await cloudformation.describeStackResources({ StackName: "shop-cluster" });
  await ecs.createService({ ...web, cluster: StackResources?.[0]?.PhysicalResourceId });
  expect(await isFound({ web: serviceIn(imported), cluster: unnamed })).toBe(true);
});

test("warns of each resource that the role may not read, and of no other", async () => {
  await stage.templates({ it: templateOf(resources) });
  for (const operation of ["ecr:DescribeRepositories", "iam:GetRole"])
    stage.simulator.faults.add({ kind: "deny", operation });
  const { warnings, summary } = await stage.run({ mode: "plan" });
  expect(warnings).toMatch(
    /could not check .*Images \(AWS::ECR::Repository customer\): .*Role \(AWS::IAM::Role shop\): /,
  );
  expect(warnings.split("\n")[0]).not.toMatch(/Cluster|Secret/);
  expect(summary).toContain("Cluster (AWS::ECS::Cluster) cannot be created");
});
