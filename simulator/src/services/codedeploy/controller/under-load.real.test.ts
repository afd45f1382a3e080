import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDelivery } from "../../../outside-clients/delivery.support.ts";
import { writeImageLayout } from "../../../outside-clients/image.support.ts";
import { type Load, startLoad } from "../../../outside-clients/load.support.ts";
import { startRealSimulator, testListenerPortOffset } from "../../../test-simulator.support.ts";
import { zip } from "../../lambda/zip.support.ts";

let load: Load;

const simulator = await startRealSimulator();
const delivery = await createDelivery(simulator, testListenerPortOffset());
await pushImage();
await release(delivery.taskDefinitions[0]);
afterAll(() => simulator.close());
beforeEach(() => {
  load = startLoad(delivery.productionUrl, 4);
});
afterEach(() => load.stop());

async function pushImage(): Promise<void> {
  const layout = await mkdtemp(join(tmpdir(), "image-"));
  try {
    await writeImageLayout(layout);
    const { authorizationData } = await simulator.aws.ecr.getAuthorizationToken({});
    const credentials = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64").toString();
    await promisify(execFile)("skopeo", [
      "copy",
      "--dest-tls-verify=false",
      `--dest-creds=${credentials}`,
      `oci:${layout}`,
      `docker://${delivery.repositoryUri}:latest`,
    ]);
  } finally {
    await rm(layout, { recursive: true, force: true });
  }
}

async function start(
  taskDefinition: string,
  deploymentConfigName: string,
  appSpec: object = {},
): Promise<string> {
  const { deploymentId = "" } = await simulator.aws.codedeploy.createDeployment({
    applicationName: "outside",
    deploymentGroupName: "web",
    deploymentConfigName,
    revision: {
      revisionType: "AppSpecContent",
      appSpecContent: { content: JSON.stringify({ ...delivery.appSpec(taskDefinition), ...appSpec }) },
    },
  });
  return deploymentId;
}

async function ends(deploymentId: string, status: string): Promise<void> {
  const info = async () => (await simulator.aws.codedeploy.getDeployment({ deploymentId })).deploymentInfo;
  await vi.waitUntil(async () => (await info())?.completeTime, { timeout: 300_000, interval: 20 });
  expect((await info())?.status).toBe(status);
}

async function release(taskDefinition: string, config = "CodeDeployDefault.ECSAllAtOnce"): Promise<void> {
  await ends(await start(taskDefinition, config), "Succeeded");
}

/** Passes its health check, but every other request gets a 500. */
const failing =
  "require('node:http').createServer((q,r)=>{r.statusCode=/HealthChecker/.test(q.headers['user-agent'])?200:500;r.end()}).listen(8080)";

/** Registers a revision whose container runs this script instead of its image's server. */
async function registerScript(script: string): Promise<string> {
  const { taskDefinition: good } = await simulator.aws.ecs.describeTaskDefinition({
    taskDefinition: delivery.taskDefinitions[1],
  });
  const [container] = good?.containerDefinitions ?? [];
  const { taskDefinition } = await simulator.aws.ecs.registerTaskDefinition({
    family: "web",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    executionRoleArn: good?.executionRoleArn,
    containerDefinitions: [{ ...container, entryPoint: ["node", "-e", script] }],
  });
  return taskDefinition?.taskDefinitionArn ?? "";
}

describe("no request fails under constant load when a deployment", () => {
  it.each([
    ["CodeDeployDefault.ECSAllAtOnce", 1],
    ["CodeDeployDefault.ECSCanary10Percent5Minutes", 0],
  ] as const)("shifts the traffic by %s", async (config, index) => {
    await release(delivery.taskDefinitions[index], config);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(new Set(load.answers)).toEqual(new Set(["1", "2"]));
    expect(load.answers.at(-1)).toBe(String(index + 1));
  });

  it("of a service that crashes at start is stopped and rolled back", async () => {
    const deploymentId = await start(
      await registerScript("process.exit(3)"),
      "CodeDeployDefault.ECSAllAtOnce",
    );
    const stopped = async () =>
      (await simulator.aws.ecs.listTasks({ cluster: "outside", desiredStatus: "STOPPED" })).taskArns ?? [];
    const before = (await stopped()).length;
    await vi.waitUntil(async () => (await stopped()).length > before, { timeout: 300_000, interval: 20 });
    await simulator.aws.codedeploy.stopDeployment({ deploymentId, autoRollbackEnabled: true });
    await ends(deploymentId, "Stopped");
    const { deploymentInfo } = await simulator.aws.codedeploy.getDeployment({ deploymentId });
    await ends(deploymentInfo?.rollbackInfo?.rollbackDeploymentId ?? "", "Succeeded");
    const { services } = await simulator.aws.ecs.describeServices({ cluster: "outside", services: ["web"] });
    expect(services?.[0]?.taskSets).toMatchObject([{ status: "PRIMARY", runningCount: 1 }]);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(new Set(load.answers)).toEqual(new Set(["1"]));
  });
});

/** Sends a request to the test listener, and reports to CodeDeploy whether green responds correctly. */
const smokeTest = `
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
export async function handler({ DeploymentId, LifecycleEventHookExecutionId }) {
  const { status } = await fetch(process.env.TEST_URL);
  console.log("green answered", status);
  await new CodeDeploy().putLifecycleEventHookExecutionStatus({
    deploymentId: DeploymentId,
    lifecycleEventHookExecutionId: LifecycleEventHookExecutionId,
    status: status === 200 ? "Succeeded" : "Failed",
  });
}`;

it("a Lambda function that tests green keeps a bad revision away from production", async () => {
  const { codedeploy, lambda, logs } = simulator.aws;
  const application = { applicationName: "outside", currentDeploymentGroupName: "web" };
  await codedeploy.updateDeploymentGroup({
    ...application,
    autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE"] },
  });
  await lambda.createFunction({
    FunctionName: "smoke-test",
    Role: "arn:aws:iam::123456789012:role/function",
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Timeout: 60,
    Environment: { Variables: { TEST_URL: `http://127.0.0.1:${testListenerPortOffset() + 8080}/` } },
    Code: { ZipFile: zip({ "index.mjs": smokeTest }) },
  });
  const hooks = { Hooks: [{ AfterAllowTestTraffic: "smoke-test" }] };
  const bad = await start(await registerScript(failing), "CodeDeployDefault.ECSAllAtOnce", hooks);
  await ends(bad, "Failed");
  const { deploymentInfo } = await codedeploy.getDeployment({ deploymentId: bad });
  expect(deploymentInfo?.errorInformation?.code).toBe("HOOK_EXECUTION_FAILURE");
  await ends(deploymentInfo?.rollbackInfo?.rollbackDeploymentId ?? "", "Succeeded");
  await ends(await start(delivery.taskDefinitions[1], "CodeDeployDefault.ECSAllAtOnce", hooks), "Succeeded");
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(load.answers.at(-1)).toBe("2");
  const { events = [] } = await logs.filterLogEvents({
    logGroupName: "/aws/lambda/smoke-test",
    filterPattern: '"green answered"',
  });
  expect(events.map(({ message = "" }) => message.split("\t").at(-1))).toEqual([
    "green answered 500",
    "green answered 200",
  ]);
});
