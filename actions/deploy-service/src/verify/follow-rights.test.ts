import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateDeploymentCommand,
  GetDeploymentCommand,
  GetDeploymentGroupCommand,
  GetDeploymentTargetCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
} from "@aws-sdk/client-codedeploy";
import { ECRClient } from "@aws-sdk/client-ecr";
import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { Failure } from "../../../shared/failure.ts";
import { codedeploy, ecs, mockAccount } from "../codedeploy/mocks.support.ts";
import { deploy } from "../deploy.ts";
import { named, virtualWorld } from "../deployment/virtual-run.support.ts";
import { type DeployInputs, readDeployInputs } from "../inputs.ts";
import { newRecord } from "../record.ts";

const folder = mkdtempSync(join(tmpdir(), "follow-rights-"));
const file = join(folder, "web.json");
writeFileSync(
  file,
  JSON.stringify({ family: "web", containerDefinitions: [{ name: "web", image: "x/web:2" }] }),
);
afterAll(() => rmSync(folder, { recursive: true }));

const serviceArn = "arn:aws:ecs:us-east-1:123456789012:service/c/web";
const group = "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:AppECS-c-web/DgpECS-c-web";
const denied = (action: string, resource = "*") =>
  named(
    "AccessDeniedException",
    `User: arn:x is not authorized to perform: ${action} on resource: ${resource}`,
  );

const ecr = mockClient(ECRClient);

beforeEach(() => {
  mockAccount();
  ecr.rejects(denied("ecr:DescribeRepositories"));
  ecs
    .on(DescribeTaskDefinitionCommand)
    .resolves({ taskDefinition: { family: "web", containerDefinitions: [] } });
  ecs.on(ListServiceDeploymentsCommand).resolves({ serviceDeployments: [] });
  codedeploy.on(GetDeploymentGroupCommand).resolves({
    deploymentGroupInfo: {
      computePlatform: "ECS",
      ecsServices: [{ clusterName: "c", serviceName: "web" }],
    },
  });
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: ["d-0"] });
});

function isA(type: "ECS" | "CODE_DEPLOY") {
  const parts = { serviceArn, status: "ACTIVE", desiredCount: 1, taskDefinition: "web:1" };
  const taskSets = type === "ECS" ? [] : [{ status: "PRIMARY", taskDefinition: "web:1" }];
  const service = { ...parts, taskSets, deploymentController: { type } };
  ecs.on(DescribeServicesCommand).resolves({ services: [service] });
}

async function run(changes: Partial<DeployInputs> = {}) {
  const given: Record<string, string> = { cluster: "c", service: "web", "task-definition": file };
  const inputs = { ...readDeployInputs((name) => given[name] ?? ""), ...changes };
  const { world, lines } = virtualWorld(undefined, { ecr: async () => new ECRClient() });
  const record = newRecord("c", "web");
  const error = await deploy(world, inputs, record).then(
    () => undefined,
    (reason: Failure) => reason,
  );
  const changed = [
    ...ecs.commandCalls(RegisterTaskDefinitionCommand),
    ...ecs.commandCalls(UpdateServiceCommand),
    ...codedeploy.commandCalls(CreateDeploymentCommand),
  ];
  return {
    error,
    record,
    lines,
    changes: changed.length,
  };
}

/** The statement that the next step asks for. */
const statementIn = (error: Failure | undefined) =>
  JSON.parse(/\{.*\}/.exec(`${error?.message} ${error?.nextStep}`)?.[0] ?? "null");

test("all rights that following a CodeDeploy deployment needs are named at once, and nothing changes", async () => {
  isA("CODE_DEPLOY");
  codedeploy.on(GetDeploymentCommand).rejects(denied("codedeploy:GetDeployment"));
  codedeploy.on(GetDeploymentTargetCommand).rejects(denied("codedeploy:GetDeploymentTarget"));
  codedeploy.on(ListDeploymentTargetsCommand).rejects(denied("codedeploy:ListDeploymentTargets"));
  const { error, changes } = await run();
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

test("a group without a deployment is asked about one that does not exist", async () => {
  isA("CODE_DEPLOY");
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  codedeploy.on(GetDeploymentCommand).rejects(named("DeploymentDoesNotExistException"));
  codedeploy.on(GetDeploymentTargetCommand).rejects(denied("codedeploy:GetDeploymentTarget"));
  const { error, changes } = await run();
  expect(statementIn(error)).toMatchObject({ Action: ["codedeploy:GetDeploymentTarget"] });
  expect(changes).toBe(0);
});

test("so are those that following a deployment of ECS needs", async () => {
  isA("ECS");
  ecs.on(DescribeServiceDeploymentsCommand).rejects(denied("ecs:DescribeServiceDeployments"));
  ecs.on(DescribeServiceRevisionsCommand).rejects(denied("ecs:DescribeServiceRevisions"));
  const { error, changes } = await run();
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

test("a role that may not see the service learns of everything else that it lacks as well", async () => {
  ecs.on(DescribeServicesCommand).rejects(denied("ecs:DescribeServices", serviceArn));
  ecs.on(DescribeTaskDefinitionCommand).rejects(denied("ecs:DescribeTaskDefinition"));
  ecs.on(DescribeServiceDeploymentsCommand).rejects(denied("ecs:DescribeServiceDeployments"));
  codedeploy.on(GetDeploymentCommand).rejects(denied("codedeploy:GetDeployment"));
  const { error, changes } = await run();
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

test("a plan, which follows nothing, only warns", async () => {
  isA("CODE_DEPLOY");
  codedeploy.on(GetDeploymentCommand).rejects(denied("codedeploy:GetDeployment"));
  const { record, lines } = await run({ mode: "plan" });
  expect(record.findings).toContainEqual(expect.objectContaining({ kind: "advice" }));
  expect(lines.join("\n")).toContain("codedeploy:GetDeployment");
});
