import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerDefinition, HealthCheck, Task } from "@aws-sdk/client-ecs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PulledImage } from "../../planes/registry.ts";
import { makeProgram } from "../../planes/tasks/images-for-tests.ts";
import { createWorld, networkConfiguration, role } from "./world-for-tests.ts";

/** Healthy as long as a request to /close did not come; tells what it reads about itself. */
const server = `
  import { createServer } from "node:http";
  let open = true;
  createServer(async ({ url }, response) => {
    if (url === "/close" || url === "/open") open = url === "/open";
    if (url === "/self") return response.end(await (await fetch(process.env.ECS_CONTAINER_METADATA_URI_V4)).text());
    response.writeHead(open ? 200 : 503).end();
  }).listen(8080);
`;
const node = (program: string) => ["CMD", "node", "--eval", program];
const asks: HealthCheck = {
  command: node(
    "fetch('http://127.0.0.1:8080/').then(({ status }) => { console.log(status); process.exit(status - 200) })",
  ),
  interval: 5,
};

let directory: string;
let images: Record<string, PulledImage>;
let world: Awaited<ReturnType<typeof createWorld>>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "container-health-test-"));
  images = { web: await makeProgram(directory, server) };
});
afterAll(() => rm(directory, { recursive: true, force: true }));
beforeEach(async () => {
  world = await createWorld(images);
  await world.ecs.createCluster({ clusterName: "main" });
});
afterEach(() => world.close());

/** Runs one task of these containers. */
async function run(...containers: Partial<ContainerDefinition>[]): Promise<() => Promise<Task>> {
  const { taskDefinition } = await world.ecs.registerTaskDefinition({
    family: "web",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "512",
    memory: "1024",
    executionRoleArn: role,
    containerDefinitions: containers.map((each, index) => ({ name: `c${index}`, image: "web", ...each })),
  });
  const { tasks } = await world.ecs.runTask({
    cluster: "main",
    taskDefinition: taskDefinition?.taskDefinitionArn,
    launchType: "FARGATE",
    networkConfiguration,
  });
  const arns = [tasks?.[0]?.taskArn as string];
  return async () => (await world.ecs.describeTasks({ cluster: "main", tasks: arns })).tasks?.[0] ?? {};
}

const health = (look: () => Promise<Task>) =>
  expect.poll(
    async () => {
      const { healthStatus, containers = [] } = await look();
      return [healthStatus, ...containers.map((each) => each.healthStatus)].join(" ");
    },
    { timeout: 20_000 },
  );

async function get(look: () => Promise<Task>, path: string): Promise<string> {
  const { containers = [] } = await look();
  const address = containers[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? "";
  const socket = world.environment.network.resolve(address, 8080);
  return (await fetch(`http://${socket?.host}:${socket?.port}${path}`)).text();
}

describe("a task's health", () => {
  it("follows its container's, up and down", async () => {
    const look = await run({ healthCheck: asks });
    await health(look).toBe("HEALTHY HEALTHY");
    expect(JSON.parse(await get(look, "/self")).Health).toEqual({
      status: "HEALTHY",
      statusSince: expect.stringMatching(/Z$/),
      exitCode: 0,
      output: "200\n",
    });
    await get(look, "/close");
    await health(look).toBe("UNHEALTHY UNHEALTHY");
    // No service stops it.
    expect(await look()).toMatchObject({ lastStatus: "RUNNING", desiredStatus: "RUNNING" });
    await get(look, "/open");
    await health(look).toBe("HEALTHY HEALTHY");
  });

  const passes = { command: node("0") };
  const fails = { command: node("process.exit(1)"), retries: 1 };
  it.each<[string, Partial<ContainerDefinition>[], string]>([
    [
      "one essential container fails",
      [{ healthCheck: passes }, { healthCheck: fails }],
      "UNHEALTHY HEALTHY UNHEALTHY",
    ],
    [
      "a container fails that is not essential",
      [{ healthCheck: passes }, { healthCheck: fails, essential: false }],
      "HEALTHY HEALTHY UNHEALTHY",
    ],
    ["a container has no health check", [{ healthCheck: passes }, {}], "HEALTHY HEALTHY UNKNOWN"],
    [
      "there is no program to check",
      [{ healthCheck: { ...fails, command: ["CMD", "curl"] } }],
      "UNHEALTHY UNHEALTHY",
    ],
    [
      "there is no shell",
      [{ healthCheck: { ...fails, command: ["CMD-SHELL", "exit 0"] } }],
      "UNHEALTHY UNHEALTHY",
    ],
    [
      "a check is not done in time",
      [{ healthCheck: { ...fails, command: node("setInterval(() => {}, 1000)"), timeout: 2 } }],
      "UNHEALTHY UNHEALTHY",
    ],
  ])("is, when %s", async (_, containers, states) => {
    await health(await run(...containers)).toBe(states);
  });

  it("is unknown without health checks", async () => {
    const look = await run({});
    await expect.poll(async () => (await look()).lastStatus).toBe("RUNNING");
    expect(await look()).toMatchObject({
      healthStatus: "UNKNOWN",
      containers: [{ healthStatus: "UNKNOWN" }],
    });
  });
});

it("keeps a task set from being stable as long as its containers are not healthy", async () => {
  await world.register({ healthCheck: { command: node("setInterval(() => {}, 1000)"), timeout: 60 } });
  await world.createService();
  await expect.poll(async () => (await world.describeService()).runningCount).toBe(1);
  await expect.poll(() => [...world.targets.values()]).toEqual(["healthy"]);
  const stability = async () => (await world.describeService()).taskSets?.[0]?.stabilityStatus;
  expect(await stability()).toBe("STABILIZING");
});

describe("a task definition", () => {
  it("shows a health check with AWS's defaults", async () => {
    const { taskDefinition } = await world.register({ healthCheck: { command: ["CMD", "node"] } });
    expect(taskDefinition?.containerDefinitions?.[0]?.healthCheck).toEqual({
      command: ["CMD", "node"],
      interval: 30,
      timeout: 5,
      retries: 3,
    });
  });

  it.each<[Partial<ContainerDefinition>, string]>([
    [{ healthCheck: { command: ["node", "x"] } }, "command must start with CMD or CMD-SHELL, not with node."],
    [{ healthCheck: { command: [] } }, "command must start with CMD or CMD-SHELL, not with nothing."],
    [{ healthCheck: { command: ["CMD"] } }, "command lacks what is to be run after CMD."],
    [
      { healthCheck: { command: ["CMD-SHELL", "exit", "0"] } },
      "command must be one text for the shell after CMD-SHELL.",
    ],
    [
      { healthCheck: { command: ["CMD", "x"], interval: 4 } },
      "Invalid healthCheck of container web: interval must be a whole number between 5 and 300, not 4.",
    ],
    [
      { healthCheck: { command: ["CMD", "x"], timeout: 61 } },
      "timeout must be a whole number between 2 and 60",
    ],
    [
      { healthCheck: { command: ["CMD", "x"], retries: 11 } },
      "retries must be a whole number between 1 and 10",
    ],
    [
      { healthCheck: { command: ["CMD", "x"], startPeriod: 301 } },
      "startPeriod must be a whole number between 0",
    ],
    [
      { linuxParameters: { sharedMemorySize: 64 } },
      "Fargate does not support linuxParameters.sharedMemorySize (container web).",
    ],
    [
      { linuxParameters: { capabilities: { add: ["NET_ADMIN"] } } },
      "Fargate adds the capability SYS_PTRACE only, not NET_ADMIN (container web).",
    ],
  ])("with %j is refused", async (container, message) => {
    await expect(world.register(container)).rejects.toMatchObject({
      code: "ClientException",
      message: expect.stringContaining(message),
    });
  });
});
