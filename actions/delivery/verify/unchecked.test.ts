import { readFile } from "node:fs/promises";
import { afterAll, afterEach, expect, test } from "vitest";
import { createStage } from "../stage.support.ts";

const stage = await createStage();
await stage.simulator.aws.secretsmanager.createSecret({ Name: "web", SecretString: "x" });
await stage.simulator.aws.ssm.putParameter({ Name: "/web/key", Value: "x", Type: "String" });
afterAll(() => stage.close());
afterEach(() => stage.simulator.faults.clear());

async function plan() {
  const secret = await stage.simulator.aws.secretsmanager.describeSecret({ SecretId: "web" });
  const definition = JSON.parse(await readFile(await stage.taskDefinition("1"), "utf8"));
  definition.containerDefinitions[0].secrets = [
    { name: "PASSWORD", valueFrom: secret.ARN },
    { name: "KEY", valueFrom: "/web/key" },
  ];
  return stage.deploy("secret", { mode: "plan" }, { definition });
}

test("gives one warning to a role that may read nothing, and deploys", async () => {
  for (const operation of [
    "ecr:*",
    "iam:*",
    "logs:*",
    "secretsmanager:*",
    "ssm:*",
    "elbv2:*",
    "codedeploy:GetDeploymentConfig",
  ])
    stage.simulator.faults.add({ kind: "deny", operation });
  const { record, error, warnings } = await plan();
  expect(error).toBeUndefined();
  expect(record.status).toBe("planned");
  expect(new Set(record.findings.map(({ kind }) => kind))).toEqual(new Set(["unchecked", "note"]));
  const [first, ...others] = warnings;
  for (const what of [
    /^Could not check: /,
    /image \S+web: .*ecr:DescribeRepositories/,
    /role execution \(executionRoleArn\): .*iam:GetRole/,
    /log group web: .*logs:DescribeLogGroups/,
    /secret PASSWORD of container web: .*secretsmanager:DescribeSecret/,
    /secret KEY of container web: .*ssm:GetParameters/,
    /target group blue: .*elasticloadbalancing:DescribeTargetGroups/,
    /production listener \S+: /,
  ])
    expect(first).toMatch(what);
  expect(others).toEqual([
    expect.stringMatching(/^Could not check: how long configuration \S+ shifts traffic/),
  ]);
});

test("warns when the deployment group may not be read", async () => {
  stage.simulator.faults.add({ kind: "deny", operation: "codedeploy:GetDeploymentGroup" });
  const { error, warnings } = await plan();
  expect(error).toBeUndefined();
  expect(warnings[0]).toMatch(/^Could not check: deployment group web: .*codedeploy:GetDeploymentGroup/);
});

test.each([
  ["an interrupted connection", "cut"],
  ["throttling", "throttle"],
  ["a fault of AWS", "server-error"],
] as const)("does not delay the deployment for %s at a check", async (_, kind) => {
  stage.simulator.faults.add({ kind, operation: "secretsmanager:DescribeSecret" });
  const { error, warnings } = await plan();
  expect(error).toBeUndefined();
  expect(warnings[0]).toMatch(/^Could not check: secret PASSWORD of container web: /);
});

test("fails when credentials expire during a check", async () => {
  stage.simulator.faults.add({ kind: "expire", operation: "secretsmanager:DescribeSecret" });
  const { error } = await plan();
  expect(error?.message).toMatch(/^The AWS credentials have expired/);
  expect(error).toMatchObject({ nextStep: expect.stringMatching(/Nothing was changed\.$/) });
});
