import {
  GetDeploymentCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
} from "@aws-sdk/client-codedeploy";
import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { problemsIn } from "../../../infra-templates/policies.support.ts";
import { codedeploy, denied, deny, ecs, mockService, runWhole, serviceArn } from "../whole-run.support.ts";

const group = "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:AppECS-c-web/DgpECS-c-web";

const deployments = "arn:aws:ecs:us-east-1:123456789012:service-deployment/c/web/*";
const revisions = "arn:aws:ecs:us-east-1:123456789012:service-revision/c/web/*";
const allow = (Resource: unknown, ...Action: string[]) => ({ Effect: "Allow", Action, Resource });

/** Returns the policy's statements in a text; AWS's reference knows what they allow. */
async function statementsIn(text: string | undefined): Promise<object[]> {
  const statements = JSON.parse(`[${/\{.*\}/.exec(text ?? "")?.[0] ?? ""}]`);
  expect(await problemsIn(statements)).toEqual([]);
  return statements;
}

test("names all missing rights for following a CodeDeploy deployment together, and changes nothing", async () => {
  mockService("CODE_DEPLOY");
  deny("codedeploy:GetDeployment", "codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets");
  const { error, changes } = await runWhole();
  expect(error?.message).toContain(
    "the role lacks what following the deployment needs: codedeploy:GetDeployment, codedeploy:GetDeploymentTarget, codedeploy:ListDeploymentTargets",
  );
  expect(await statementsIn(error?.nextStep)).toEqual([
    allow([group], "codedeploy:GetDeployment"),
    allow("*", "codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets"),
  ]);
  expect(changes).toBe(0);
  expect(codedeploy.commandCalls(GetDeploymentCommand)[0]?.args[0].input).toEqual({ deploymentId: "d-0" });
});

test("only warns when a call is denied for an ID that does not exist, and deploys", async () => {
  mockService("CODE_DEPLOY");
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  const deploymentId = "d-000000000";
  codedeploy
    .on(GetDeploymentCommand, { deploymentId })
    .rejects(denied("codedeploy:GetDeployment"))
    .on(ListDeploymentTargetsCommand, { deploymentId })
    .rejects(denied("codedeploy:ListDeploymentTargets"));
  const { error, lines, changes } = await runWhole();
  expect(error).toBeUndefined();
  const warning = lines.find((line) => line.includes("may lack"));
  expect(await statementsIn(warning)).toEqual([
    allow([group], "codedeploy:GetDeployment"),
    allow("*", "codedeploy:ListDeploymentTargets"),
  ]);
  expect(changes).toBe(2);
});

test("names all missing rights for following a deployment of ECS together", async () => {
  mockService("ECS");
  deny("ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions");
  const { error, changes } = await runWhole();
  expect(await statementsIn(error?.nextStep)).toEqual([
    allow(
      [deployments, revisions, serviceArn],
      "ecs:DescribeServiceDeployments",
      "ecs:DescribeServiceRevisions",
    ),
  ]);
  expect(changes).toBe(0);
});

test("reports all other missing rights to a role that may not see the service", async () => {
  mockService("ECS");
  ecs.on(DescribeServicesCommand).rejects(denied("ecs:DescribeServices", serviceArn));
  deny("ecs:DescribeTaskDefinition", "ecs:DescribeServiceDeployments", "codedeploy:GetDeployment");
  const { error, changes } = await runWhole();
  expect(error?.message).toMatch(/^the role lacks/);
  expect(await statementsIn(error?.nextStep)).toEqual([
    allow(
      [group, deployments, serviceArn],
      "codedeploy:GetDeployment",
      "ecs:DescribeServiceDeployments",
      "ecs:DescribeServices",
    ),
    allow("*", "ecs:DescribeTaskDefinition"),
  ]);
  expect(changes).toBe(0);
});

test("only warns in a plan, which follows nothing", async () => {
  mockService("CODE_DEPLOY");
  deny("codedeploy:GetDeployment");
  const { record, lines } = await runWhole({ mode: "plan" });
  expect(record.findings).toContainEqual(expect.objectContaining({ kind: "advice" }));
  expect(lines.join("\n")).toContain("codedeploy:GetDeployment");
});
