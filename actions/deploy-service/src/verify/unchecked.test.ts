import { readFile } from "node:fs/promises";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeployClient, GetDeploymentGroupCommand } from "@aws-sdk/client-codedeploy";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { deploy } from "../deploy.ts";
import { newRecord } from "../record.ts";
import { createStage, type Stage } from "../testing.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage?.close());

const mocks: { restore(): void }[] = [];
afterEach(() => {
  for (const mock of mocks.splice(0)) mock.restore();
});

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const denied = (action: string) =>
  named(
    "AccessDeniedException",
    `User: arn:aws:sts::123456789012:assumed-role/deploy/run is not authorized to perform: ${action}`,
  );

const secretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:web-AbCdEf";

async function plan() {
  const file = await stage.taskDefinition("1");
  const { containerDefinitions, ...rest } = JSON.parse(await readFile(file, "utf8"));
  containerDefinitions[0].secrets = [{ name: "PASSWORD", valueFrom: secretArn }];
  const withSecret = await stage.taskDefinition("secret", { ...rest, containerDefinitions });
  const record = newRecord("outside", "web");
  const warnings: string[] = [];
  const world = stage.world();
  world.log.warning = (text) => void warnings.push(text);
  const error = await deploy(world, stage.inputs(withSecret, { mode: "plan" }), record).then(
    () => undefined,
    (reason: Error) => reason,
  );
  return { record, error, warnings };
}

test("a role that may look at nothing gets one warning, and deploys", async () => {
  for (const [client, action] of [
    [ECRClient, "ecr:DescribeRepositories"],
    [IAMClient, "iam:GetRole"],
    [CloudWatchLogsClient, "logs:DescribeLogGroups"],
    [SecretsManagerClient, "secretsmanager:DescribeSecret"],
    [ElasticLoadBalancingV2Client, "elasticloadbalancing:DescribeTargetGroups"],
  ] as const) {
    const mock = mockClient(client as typeof ECRClient);
    mock.onAnyCommand().rejects(denied(action));
    mocks.push(mock);
  }
  const { record, error, warnings } = await plan();
  expect(error).toBeUndefined();
  expect(record.status).toBe("planned");
  expect(new Set(record.findings.map(({ kind }) => kind))).toEqual(new Set(["unchecked"]));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^Could not check: /);
  for (const what of [
    /image \S+web: .*ecr:DescribeRepositories/,
    /role execution \(executionRoleArn\): .*iam:GetRole/,
    /log group web: .*logs:DescribeLogGroups/,
    /secret PASSWORD of container web: .*secretsmanager:DescribeSecret/,
    /target group blue: .*elasticloadbalancing:DescribeTargetGroups/,
    /production listener \S+: /,
  ])
    expect(warnings[0]).toMatch(what);
});

test("a deployment group that may not be looked at is a warning, too", async () => {
  const codedeploy = mockClient(CodeDeployClient);
  codedeploy.on(GetDeploymentGroupCommand).rejects(denied("codedeploy:GetDeploymentGroup"));
  const secrets = mockClient(SecretsManagerClient);
  secrets.onAnyCommand().resolves({});
  mocks.push(codedeploy, secrets);
  const { error, warnings } = await plan();
  expect(error).toBeUndefined();
  expect(warnings[0]).toMatch(/^Could not check: deployment group web: .*codedeploy:GetDeploymentGroup/);
});

test.each<[string, Error]>([
  [
    "the way to a service that is blocked",
    Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
  ],
  ["trouble of AWS", named("ThrottlingException", "Rate exceeded")],
])("%s does not hold the deployment up", async (_, reason) => {
  const secrets = mockClient(SecretsManagerClient);
  secrets.onAnyCommand().rejects(reason);
  mocks.push(secrets);
  const { error, warnings } = await plan();
  expect(error).toBeUndefined();
  expect(warnings[0]).toMatch(/^Could not check: secret PASSWORD of container web: /);
});

test("credentials that expire while it is looked are no matter of one check", async () => {
  const secrets = mockClient(SecretsManagerClient);
  secrets
    .onAnyCommand()
    .rejects(named("ExpiredTokenException", "The security token included in the request is expired"));
  mocks.push(secrets);
  const { error } = await plan();
  expect(error?.name).toBe("ExpiredTokenException");
});
