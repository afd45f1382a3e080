import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createDelivery, type Delivery } from "../../outside-clients/delivery.ts";
import { writeImageLayout } from "../../outside-clients/image.ts";
import { type Load, startLoad } from "../../outside-clients/load.ts";
import type { Simulator } from "../../simulator.ts";
import { startTestSimulator, testListenerPortOffset } from "../../testing-simulator.ts";

let simulator: Simulator;
let delivery: Delivery;
let load: Load;

beforeAll(async () => {
  simulator = await startTestSimulator();
  delivery = await createDelivery(simulator, testListenerPortOffset());
  await pushImage();
  await release(delivery.taskDefinitions[0]);
});
afterAll(() => simulator?.close());
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

async function start(taskDefinition: string, deploymentConfigName: string): Promise<string> {
  const { deploymentId = "" } = await simulator.aws.codedeploy.createDeployment({
    applicationName: "outside",
    deploymentGroupName: "web",
    deploymentConfigName,
    revision: {
      revisionType: "AppSpecContent",
      appSpecContent: { content: JSON.stringify(delivery.appSpec(taskDefinition)) },
    },
  });
  return deploymentId;
}

async function ends(deploymentId: string, status: string): Promise<void> {
  const info = async () => (await simulator.aws.codedeploy.getDeployment({ deploymentId })).deploymentInfo;
  await vi.waitUntil(async () => (await info())?.completeTime, { timeout: 20_000, interval: 20 });
  expect((await info())?.status).toBe(status);
}

async function release(taskDefinition: string, config = "CodeDeployDefault.ECSAllAtOnce"): Promise<void> {
  await ends(await start(taskDefinition, config), "Succeeded");
}

async function registerCrashing(): Promise<string> {
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
    containerDefinitions: [{ ...container, entryPoint: ["node", "-e", "process.exit(3)"] }],
  });
  return taskDefinition?.taskDefinitionArn ?? "";
}

describe("while clients never stop asking, no request fails when a deployment", () => {
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
    const deploymentId = await start(await registerCrashing(), "CodeDeployDefault.ECSAllAtOnce");
    const stopped = async () =>
      (await simulator.aws.ecs.listTasks({ cluster: "outside", desiredStatus: "STOPPED" })).taskArns ?? [];
    const before = (await stopped()).length;
    await vi.waitUntil(async () => (await stopped()).length > before, { timeout: 20_000, interval: 20 });
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
