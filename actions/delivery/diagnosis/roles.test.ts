import { createDelivery } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import { webProgram } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { startTestSimulator, testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, test } from "vitest";
import { stageOn, trustOf } from "../stage.support.ts";

const simulator = await startTestSimulator({ permissions: "enforce" });
const { iam } = simulator.aws;
const aws = "arn:aws:iam::aws:policy/";
const policies = {
  deploy: `${aws}AWSCodeDeployRoleForECS`,
  execution: `${aws}service-role/AmazonECSTaskExecutionRolePolicy`,
};
const trust = JSON.stringify(trustOf("codedeploy.amazonaws.com"));
const createDeployRole = async () => {
  await iam.createRole({ RoleName: "deploy", AssumeRolePolicyDocument: trust });
  await iam.attachRolePolicy({ RoleName: "deploy", PolicyArn: policies.deploy });
};
await createDeployRole();
const { productionUrl } = await createDelivery(simulator, testListenerPortOffset());
const stage = await stageOn({ simulator, productionUrl, cluster: "outside", program: webProgram });
afterAll(() => stage.close());
await iam.attachRolePolicy({ RoleName: "execution", PolicyArn: policies.execution });

/** Denies a role one action. */
const deny = (RoleName: keyof typeof policies, Action: string) => async () => {
  const Statement = { Effect: "Deny", Action, Resource: "*" };
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.putRolePolicy({ RoleName, PolicyName: "denied", PolicyDocument });
  return () => iam.deleteRolePolicy({ RoleName, PolicyName: "denied" });
};
const withoutDeployRole = async () => {
  await iam.detachRolePolicy({ RoleName: "deploy", PolicyArn: policies.deploy });
  await iam.deleteRole({ RoleName: "deploy" });
  return createDeployRole;
};

test.each<[string, () => Promise<() => Promise<unknown>>, RegExp | undefined, RegExp]>([
  ["nothing wrong", async () => async () => {}, undefined, /^$/],
  [
    "an execution role that may not log",
    deny("execution", "logs:CreateLogStream"),
    /^The task's log group cannot be used: the execution role may not do it/,
    /remove the explicit deny of logs:CreateLogStream on/,
  ],
  [
    "an execution role that may not log in to ECR",
    deny("execution", "ecr:GetAuthorizationToken"),
    /^The task cannot log in to Amazon ECR: the execution role may not do it/,
    /ecr:GetAuthorizationToken/,
  ],
  [
    "a role of CodeDeploy that may not change the listener",
    deny("deploy", "elasticloadbalancing:ModifyListener"),
    /AmazonElasticLoadBalancingV2/,
    /^attach AWSCodeDeployRoleForECS to this role/,
  ],
  [
    "no role of CodeDeploy",
    withoutDeployRole,
    /IAM_ROLE_MISSING/,
    /^create the role that the deployment group names/,
  ],
])("a deployment with %s names it", async (_, spoil, text, nextStep) => {
  const restore = await spoil();
  try {
    const { error } = await stage.deploy("2", { force: true });
    if (text) expect(error?.message).toMatch(text);
    else expect(error).toBeUndefined();
    expect(error?.nextStep ?? "").toMatch(nextStep);
  } finally {
    await restore();
  }
});
