import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { ECR } from "@aws-sdk/client-ecr";
import { ECS } from "@aws-sdk/client-ecs";
import { IAM } from "@aws-sdk/client-iam";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { STS } from "@aws-sdk/client-sts";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { parseArguments } from "../command.ts";
import { refusal } from "../kit/calls.support.ts";
import { basic, signedCredentials } from "../runtime/git/credentials.support.ts";
import { settledStack } from "../services/cloudformation/resources/stack.support.ts";
import { startTestSimulator, type TestOptions } from "../test-simulator.support.ts";
import { account, allow, arn, callerWith, document, roleArn, trust } from "./caller.support.ts";

async function start(options: TestOptions = { permissions: "enforce" }) {
  const simulator = await startTestSimulator(options);
  onTestFinished(() => simulator.close());
  return simulator;
}

const none = (caller: string, action: string, resource: string) =>
  `User: arn:aws:sts::${account}:assumed-role/${caller}/session is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;

it("a token of ECR and a credential of Git have the rights of their owner", async () => {
  const simulator = await start();
  await simulator.aws.ecr.createRepository({ repositoryName: "web" });
  const pull = allow(["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "codecommit:GitPull"]);
  const config = await callerWith(simulator, [pull], "pulls");
  const { authorizationData } = await new ECR(config).getAuthorizationToken({});
  const ask = async (path: string, method: string, Authorization: string) => {
    const response = await fetch(simulator.endpoint + path, { method, headers: { Authorization } });
    return `${response.status} ${await response.text()}`;
  };
  const token = `Basic ${authorizationData?.[0]?.authorizationToken}`;
  expect(await ask("/v2/web/manifests/1", "GET", token)).toMatch(/^404 .*MANIFEST_UNKNOWN/);
  const message = none("pulls", "ecr:InitiateLayerUpload", arn("ecr", "repository/web"));
  expect(await ask("/v2/web/blobs/uploads/", "POST", token)).toBe(
    `403 ${JSON.stringify({ errors: [{ code: "DENIED", message }] })}`,
  );
  const path = "/v1/repos/web";
  const signed = basic(signedCredentials(config.credentials, { path }, simulator.clock.now()));
  const git = (service: string) => ask(`${path}/info/refs?service=${service}`, "GET", signed);
  expect(await git("git-upload-pack")).toBe("404 The repository web does not exist.");
  expect(await git("git-receive-pack")).toBe(
    `403 ${none("pulls", "codecommit:GitPush", arn("codecommit", "web"))}`,
  );
});

it("a role simulates what it may do to others by a right on itself alone", async () => {
  const simulator = await start();
  const own = allow("iam:SimulatePrincipalPolicy", roleArn("asks"));
  const iam = new IAM(await callerWith(simulator, [own], "asks"));
  const simulate = (role: string) =>
    refusal(
      iam.simulatePrincipalPolicy({
        PolicySourceArn: roleArn(role),
        ActionNames: ["iam:PassRole"],
        ResourceArns: [roleArn("passed")],
      }),
    );
  expect(await simulate("asks")).toBe("nothing");
  expect(await simulate("passed")).toContain(none("asks", "iam:SimulatePrincipalPolicy", roleArn("passed")));
});

it("a simulation takes the account's region and the simulator's time", async () => {
  const { aws, clock } = await start({ permissions: "enforce", region: "eu-west-1" });
  await clock.foreground.wait(2 * 86_400_000);
  const yesterday = new Date(clock.now().getTime() - 86_400_000).toISOString();
  const Condition = {
    StringEquals: { "aws:RequestedRegion": "eu-west-1" },
    DateGreaterThan: { "aws:CurrentTime": yesterday },
  };
  await aws.iam.createRole({ RoleName: "asked", AssumeRolePolicyDocument: trust });
  const PolicyDocument = document(allow("ecs:ListClusters", "*", { Condition }));
  await aws.iam.putRolePolicy({ RoleName: "asked", PolicyName: "p", PolicyDocument });
  const asked = { PolicySourceArn: roleArn("asked"), ActionNames: ["ecs:ListClusters"] };
  const { EvaluationResults } = await aws.iam.simulatePrincipalPolicy(asked);
  expect(EvaluationResults?.[0]?.EvalDecision).toBe("allowed");
});

describe("the resources of a stack are created", () => {
  const cluster = arn("ecs", "cluster/main");
  const TemplateBody = JSON.stringify({
    Resources: { Main: { Type: "AWS::ECS::Cluster", Properties: { ClusterName: "main" } } },
  });
  const viaStacks = { Condition: { StringEquals: { "aws:CalledVia": "cloudformation.amazonaws.com" } } };
  const ofStacks = document({
    Effect: "Allow",
    Principal: { Service: "cloudformation.amazonaws.com" },
    Action: "sts:AssumeRole",
  });
  it.each<[string, object[], object[] | undefined, string]>([
    ["by a caller who may", [allow("ecs:*")], undefined, "CREATE_COMPLETE"],
    ["by a caller who may through stacks", [allow("ecs:*", "*", viaStacks)], undefined, "CREATE_COMPLETE"],
    ["by a caller who may not", [], undefined, none("calls", "ecs:CreateCluster", cluster)],
    ["by a role that may", [allow("iam:PassRole")], [allow("ecs:*")], "CREATE_COMPLETE"],
    [
      "by a role that may not",
      [allow(["iam:PassRole", "ecs:*"])],
      [],
      "assumed-role/stacks/AWSCloudFormation is not",
    ],
  ])("%s", async (_, own, ofRole, expected) => {
    const simulator = await start();
    const { aws } = simulator;
    if (ofRole) await aws.iam.createRole({ RoleName: "stacks", AssumeRolePolicyDocument: ofStacks });
    if (ofRole?.length)
      await aws.iam.putRolePolicy({ RoleName: "stacks", PolicyName: "p", PolicyDocument: document(ofRole) });
    const config = await callerWith(simulator, [allow("cloudformation:*"), ...own], "calls");
    const input = { StackName: "web", TemplateBody, OnFailure: "DO_NOTHING" as const };
    await new CloudFormation(config).createStack({ ...input, RoleARN: ofRole && roleArn("stacks") });
    const stack = await simulator.clock.during(settledStack(simulator, "web"));
    const { StackEvents = [] } = await aws.cloudformation.describeStackEvents({ StackName: "web" });
    const reasons = StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason);
    expect([stack?.StackStatus, ...reasons].join("\n")).toContain(expected);
  });
});

/** Source: the resources of these actions, Service Authorization Reference. A change set's ARN does not have its stack. */
it.each([
  ["web", "nothing"],
  ["access", /stack\/access\/.* with an explicit deny/],
])("a change set given by its ARN is decided as one of the stack %s", async (StackName, expected) => {
  const simulator = await start();
  const [stacks, access] = ["stack/*", "stack/access/*"].map((name) => arn("cloudformation", name));
  const deny = allow("cloudformation:*ChangeSet", access, { Effect: "Deny" });
  const config = await callerWith(simulator, [allow("*", stacks), allow("ecs:*"), deny], "calls");
  const client = new CloudFormation(config);
  const TemplateBody = '{ "Resources": { "Main": { "Type": "AWS::ECS::Cluster" } } }';
  const create = async (ChangeSetName: string) => {
    const set = { ChangeSetName, ChangeSetType: "CREATE", StackName, TemplateBody } as const;
    return { ChangeSetName: (await simulator.aws.cloudformation.createChangeSet(set)).Id };
  };
  const [deleted, executed] = [await create("first"), await create("second")];
  expect(await refusal(client.describeChangeSet(deleted))).toMatch(expected);
  expect(await refusal(client.deleteChangeSet(deleted))).toMatch(expected);
  expect(await refusal(client.executeChangeSet(executed))).toMatch(expected);
  expect([...simulator.permissionReport().notChecked]).toEqual([]);
});

it("counts calls, denials and what was not checked", async () => {
  const simulator = await start();
  const unknown = { Condition: { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } } };
  const config = await callerWith(simulator, [allow("ecs:*", "*", unknown)], "calls");
  await new ECS(config).listClusters({});
  await new ECS(config).listClusters({});
  await refusal(new ECR(config).describeRepositories({}));
  const { calls, denied, notChecked } = simulator.permissionReport();
  expect(calls.get(`arn:aws:sts::${account}:assumed-role/calls/session`)).toBe(3);
  expect([...notChecked]).toEqual([["ecs:ListClusters: the condition key aws:SourceIp", 2]]);
  expect(denied).toMatchObject([{ action: "ecr:DescribeRepositories" }]);
});

it("with report, warns about a call that AWS would deny, and performs it", async () => {
  const warn = vi.fn<(message: string) => void>();
  const simulator = await start({ permissions: "report", warn });
  const config = await callerWith(simulator, [], "calls");
  expect(await refusal(new ECS(config).listClusters({}))).toBe("nothing");
  expect(warn.mock.calls).toEqual([
    [`denied on AWS, performed here: ${none("calls", "ecs:ListClusters", "*")}`],
  ]);
});

it("a permissions boundary limits a role, and an attached policy of AWS counts", async () => {
  const simulator = await start();
  const config = await callerWith(simulator, [], "calls");
  const iam = new IAM(simulator.clientConfig);
  await iam.attachRolePolicy({ RoleName: "calls", PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" });
  const PermissionsBoundary = "arn:aws:iam::aws:policy/AmazonECS_FullAccess";
  await iam.putRolePermissionsBoundary({ RoleName: "calls", PermissionsBoundary });
  expect(await refusal(new ECS(config).listClusters({}))).toBe("nothing");
  expect(await refusal(new ECR(config).describeRepositories({}))).toContain(
    "because no permissions boundary allows the ecr:DescribeRepositories action",
  );
});

it("nothing about the lab's own roles and user is decided but what is known", async () => {
  const simulator = await start({ account: "academy", permissions: "enforce" });
  const iam = new IAM(simulator.clientConfig);
  expect(await refusal(iam.getRole({ RoleName: "PipelineRole" }))).toBe("nothing");
  expect(await refusal(iam.createRole({ RoleName: "mine", AssumeRolePolicyDocument: trust }))).toContain(
    `user/student is not authorized to perform: iam:CreateRole on resource: ${roleArn("mine")}`,
  );
  expect([...simulator.permissionReport().notChecked.keys()]).toEqual([
    `iam:GetRole: the policies of arn:aws:iam::${account}:user/student`,
  ]);
});

it("the policy of a secret lets a role read it, and denies it to an administrator", async () => {
  const simulator = await start();
  const { secretsmanager } = simulator.aws;
  await secretsmanager.createSecret({ Name: "db", SecretString: "x" });
  const { ARN = "" } = await secretsmanager.describeSecret({ SecretId: "db" });
  const config = await callerWith(simulator, [], "calls");
  const read = (given: typeof config) =>
    refusal(new SecretsManager(given).getSecretValue({ SecretId: "db" }));
  const attach = (statement: object) =>
    secretsmanager.putResourcePolicy({ SecretId: "db", ResourcePolicy: document(statement) });
  expect(await read(config)).toContain(none("calls", "secretsmanager:GetSecretValue", ARN));
  await attach(allow("secretsmanager:GetSecretValue", "*", { Principal: { AWS: roleArn("calls") } }));
  expect(await read(config)).toBe("nothing");
  await attach(allow("secretsmanager:GetSecretValue", "*", { Effect: "Deny", Principal: "*" }));
  expect(await read({ ...config, ...simulator.clientConfig } as typeof config)).toContain(
    `user/student is not authorized to perform: secretsmanager:GetSecretValue on resource: ${ARN} with an explicit deny in a resource-based policy`,
  );
});

it("with the fault iam-delay, a role cannot be assumed in its first ten seconds", async () => {
  const faults = [{ kind: "iam-delay" as const, operation: "*" }];
  const simulator = await start({ permissions: "enforce", faults });
  await simulator.aws.iam.createRole({ RoleName: "new", AssumeRolePolicyDocument: trust });
  const assume = () =>
    refusal(
      new STS(simulator.clientConfig).assumeRole({ RoleArn: roleArn("new"), RoleSessionName: "session" }),
    );
  expect(await assume()).toBe(
    `403 AccessDenied: User: arn:aws:iam::${account}:user/student is not authorized to perform: sts:AssumeRole on resource: ${roleArn("new")}`,
  );
  await simulator.clock.foreground.wait(10_000);
  expect(await assume()).toBe("nothing");
});

it.each([
  ["not JSON", "{", "MalformedPolicyDocument"],
  [
    "too long",
    document(allow("ecs:*", `arn:aws:ecs:::${"x".repeat(10_200)}`)),
    "Maximum policy size of 10240 bytes exceeded for role calls",
  ],
])("a policy that is %s is refused", async (_, PolicyDocument, expected) => {
  const simulator = await start();
  await callerWith(simulator, [], "calls");
  const put = new IAM(simulator.clientConfig).putRolePolicy({
    RoleName: "calls",
    PolicyName: "p",
    PolicyDocument,
  });
  expect(await refusal(put)).toContain(expected);
});

it("the command enforces by default", () => {
  expect(parseArguments([]).permissions).toBe("enforce");
  expect(parseArguments(["--permissions", "off"]).permissions).toBe("off");
  expect(() => parseArguments(["--permissions=maybe"])).toThrow('"maybe" is not one of enforce, report, off');
});
