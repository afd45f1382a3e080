import { createHash } from "node:crypto";
import {
  CreateDeploymentCommand,
  type DeploymentInfo,
  type DeploymentStatus,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentsCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-codedeploy";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { beforeEach, expect, test } from "vitest";
import { minute, named } from "../deployment/virtual-run.support.ts";
import { describeRun, readRun } from "../order/run.ts";
import { codedeploy, ecs, mockAccount, run, runs } from "./mocks.support.ts";

beforeEach(mockAccount);

const runOf = (attempt: number) =>
  readRun({
    GITHUB_REPOSITORY: "octocat/shop",
    GITHUB_WORKFLOW_REF: "octocat/shop/.github/workflows/deploy.yml@refs/heads/main",
    GITHUB_RUN_NUMBER: "12",
    GITHUB_RUN_ID: "987",
    GITHUB_RUN_ATTEMPT: String(attempt),
  });
const ours = runOf(1);
const budget = { ms: 90 * minute, given: false };
const start = (attempt = 1) => run({}, budget, runOf(attempt));

/** CodeDeploy carries out a deployment of web:2 whose creation the step never saw confirmed. */
function isThere(state: DeploymentStatus, parts: DeploymentInfo = {}): void {
  // The virtual engine's AppSpec is the name of the revision.
  const sha256 = createHash("sha256").update("web:2").digest("hex");
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: ["d-7"] });
  codedeploy.on(GetDeploymentCommand).resolves({
    deploymentInfo: {
      status: state,
      description: describeRun(ours),
      revision: { revisionType: "AppSpecContent", appSpecContent: { sha256 } },
      createTime: new Date(0),
      ...parts,
    },
  });
}

const limit = named("DeploymentLimitExceededException");
const cut = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
const creations = () => codedeploy.commandCalls(CreateDeploymentCommand).length;

test("adopts a deployment whose creation got no response, and ends it when its tasks crash", async () => {
  codedeploy.on(CreateDeploymentCommand).rejects(limit);
  isThere("InProgress");
  codedeploy.on(GetDeploymentTargetCommand).resolves({
    deploymentTarget: { ecsTarget: { taskSetsInfo: [{ taskSetLabel: "Green", identifer: "ecs-svc/2" }] } },
  });
  const crashed = {
    taskDefinitionArn: "web:2",
    startedBy: "ecs-svc/2",
    lastStatus: "STOPPED",
    containers: [],
  };
  const tasks = ["a", "b", "c"].map((taskArn) => ({
    ...crashed,
    taskArn,
    stopCode: "EssentialContainerExited" as const,
    stoppedReason: "Essential container in task exited",
  }));
  ecs.on(ListTasksCommand).resolves({ taskArns: tasks.map(({ taskArn }) => taskArn) });
  ecs.on(DescribeTasksCommand).resolves({ tasks });
  codedeploy.on(StopDeploymentCommand).callsFake(() => {
    isThere("Stopped");
    return {};
  });
  const { record, endedAt } = await start();
  expect(record).toMatchObject({ deploymentId: "d-7", changed: true, status: "stopped" });
  expect(codedeploy.commandCalls(StopDeploymentCommand)).toHaveLength(1);
  expect(creations()).toBe(1);
  expect(endedAt).toBeLessThan(2 * minute);
});

test("reports an adopted deployment that succeeds as a green change with its ID", async () => {
  codedeploy.on(CreateDeploymentCommand).rejects(limit);
  isThere("InProgress");
  codedeploy.on(GetDeploymentTargetCommand).callsFake(() => {
    isThere("Succeeded");
    runs("web:2");
    return { deploymentTarget: { ecsTarget: {} } };
  });
  const { record, error, lines } = await start();
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ deploymentId: "d-7", changed: true, status: "succeeded" });
  expect(lines).toContain("The response to CreateDeployment was lost; deployment d-7 is this run's.");
});

test("does not repeat a deployment that ended while AWS could not be reached", async () => {
  codedeploy.on(CreateDeploymentCommand).rejects(cut);
  isThere("Failed");
  const { record, error } = await start();
  expect(record).toMatchObject({ deploymentId: "d-7", changed: true, status: "failed" });
  expect(error?.message).toContain("deployment d-7 Failed");
  expect(creations()).toBe(1);
});

test.each<[string, Partial<DeploymentInfo>, number]>([
  ["another run", { description: "octocat/shop@abc, run 11" }, 1],
  ["another revision", { revision: { appSpecContent: { sha256: "0" } } }, 1],
  ["an earlier attempt, which may be stopping it,", {}, 2],
])("waits for a deployment of %s instead of adopting it", async (_, parts, attempt) => {
  codedeploy.on(CreateDeploymentCommand).rejects(limit);
  isThere("InProgress", parts);
  const { record, error } = await run({}, { ms: 5 * minute, given: true }, runOf(attempt));
  expect(error?.message).toContain("The deadline passed while deployment d-7");
  expect(record).toMatchObject({ deploymentId: "", changed: false });
});
