import { GetDeploymentCommand, ListDeploymentsCommand } from "@aws-sdk/client-codedeploy";
import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import type { Failure } from "../../shared/failure.ts";
import { named } from "../deployment/virtual-run.support.ts";
import { codedeploy, denied, deny, ecs, mockService, runWhole, serviceArn } from "../whole-run.support.ts";

const group = "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:AppECS-c-web/DgpECS-c-web";

/** Returns the policy statement in the next step. */
const statementIn = (error: Failure | undefined) =>
  JSON.parse(/\{.*\}/.exec(`${error?.message} ${error?.nextStep}`)?.[0] ?? "null");

test("names all missing rights for following a CodeDeploy deployment together, and changes nothing", async () => {
  mockService("CODE_DEPLOY");
  deny("codedeploy:GetDeployment", "codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets");
  const { error, changes } = await runWhole();
  expect(error?.message).toContain(
    "the role lacks what following the deployment needs: codedeploy:GetDeployment, codedeploy:GetDeploymentTarget, codedeploy:ListDeploymentTargets",
  );
  expect(statementIn(error)).toEqual({
    Effect: "Allow",
    Action: [
      "codedeploy:GetDeployment",
      "codedeploy:GetDeploymentTarget",
      "codedeploy:ListDeploymentTargets",
    ],
    Resource: [group],
  });
  expect(changes).toBe(0);
  expect(codedeploy.commandCalls(GetDeploymentCommand)[0]?.args[0].input).toEqual({ deploymentId: "d-0" });
});

test("checks a group without a deployment with an ID that does not exist", async () => {
  mockService("CODE_DEPLOY");
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  codedeploy.on(GetDeploymentCommand).rejects(named("DeploymentDoesNotExistException"));
  deny("codedeploy:GetDeploymentTarget");
  const { error, changes } = await runWhole();
  expect(statementIn(error)).toMatchObject({ Action: ["codedeploy:GetDeploymentTarget"] });
  expect(changes).toBe(0);
});

test("names all missing rights for following a deployment of ECS together", async () => {
  mockService("ECS");
  deny("ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions");
  const { error, changes } = await runWhole();
  expect(statementIn(error)).toEqual({
    Effect: "Allow",
    Action: ["ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
    Resource: [
      "arn:aws:ecs:us-east-1:123456789012:service-deployment/c/web/*",
      "arn:aws:ecs:us-east-1:123456789012:service-revision/c/web/*",
    ],
  });
  expect(changes).toBe(0);
});

test("reports all other missing rights to a role that may not see the service", async () => {
  mockService("ECS");
  ecs.on(DescribeServicesCommand).rejects(denied("ecs:DescribeServices", serviceArn));
  deny("ecs:DescribeTaskDefinition", "ecs:DescribeServiceDeployments", "codedeploy:GetDeployment");
  const { error, changes } = await runWhole();
  expect(error?.message).toMatch(/^the role lacks/);
  expect(statementIn(error)).toEqual({
    Effect: "Allow",
    Action: [
      "codedeploy:GetDeployment",
      "ecs:DescribeServiceDeployments",
      "ecs:DescribeServices",
      "ecs:DescribeTaskDefinition",
    ],
    Resource: "*",
  });
  expect(changes).toBe(0);
});

test("only warns in a plan, which follows nothing", async () => {
  mockService("CODE_DEPLOY");
  deny("codedeploy:GetDeployment");
  const { record, lines } = await runWhole({ mode: "plan" });
  expect(record.findings).toContainEqual(expect.objectContaining({ kind: "advice" }));
  expect(lines.join("\n")).toContain("codedeploy:GetDeployment");
});
