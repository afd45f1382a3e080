import type { ContainerDefinition, HealthCheck, Task } from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Program } from "../../runtime/tasks/in-process-runtime.support.ts";
import { createFixture, type Fixture, networkConfiguration, webFamily } from "./fixture.support.ts";

/** Healthy until a request to /close, by its health check `ask`; shows its own metadata. */
const web: Program = ({ listen, metadata, onExec }) => {
  let status = 200;
  listen(8080, ({ url }, response) => {
    if (url === "/close") status = 503;
    if (url === "/open") status = 200;
    response.end(JSON.stringify(metadata.container()));
  });
  onExec(([name]) => {
    if (name === "ask") return { exitCode: status - 200, output: `${status}\n` };
    return { exitCode: name === "pass" ? 0 : name === "fail" ? 1 : undefined, output: "" };
  });
};
const check = (name: "ask" | "pass" | "fail" | "hang", settings: Partial<HealthCheck> = {}): HealthCheck => ({
  command: ["CMD", name],
  interval: 5,
  ...settings,
});

let fixture: Fixture;
beforeEach(async () => {
  fixture = await createFixture({ web });
  await fixture.ecs.createCluster({ clusterName: "main" });
});
afterEach(() => fixture.close());

/** Runs one task of these containers. */
async function run(...containers: Partial<ContainerDefinition>[]): Promise<() => Promise<Task>> {
  const { taskDefinition } = await fixture.ecs.registerTaskDefinition({
    ...webFamily,
    containerDefinitions: containers.map((each, index) => ({ name: `c${index}`, image: "web", ...each })),
  });
  const { tasks } = await fixture.ecs.runTask({
    cluster: "main",
    taskDefinition: taskDefinition?.taskDefinitionArn,
    launchType: "FARGATE",
    networkConfiguration,
  });
  const arns = [tasks?.[0]?.taskArn as string];
  return async () => (await fixture.ecs.describeTasks({ cluster: "main", tasks: arns })).tasks?.[0] ?? {};
}

const becomes = (look: () => Promise<Task>, states: string) =>
  fixture.clock.eventually(async () => {
    const { healthStatus, containers = [] } = await look();
    expect([healthStatus, ...containers.map((each) => each.healthStatus)].join(" ")).toBe(states);
  });

async function get(look: () => Promise<Task>, path: string): Promise<string> {
  const { containers = [] } = await look();
  const address = containers[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? "";
  const socket = fixture.environment.network.resolve(address, 8080);
  return (await fetch(`http://${socket?.host}:${socket?.port}${path}`)).text();
}

describe("a task's health", () => {
  it("follows its container's, in both directions", async () => {
    const look = await run({ healthCheck: check("ask") });
    await becomes(look, "HEALTHY HEALTHY");
    expect(JSON.parse(await get(look, "/")).Health).toEqual({
      status: "HEALTHY",
      statusSince: expect.stringMatching(/Z$/),
      exitCode: 0,
      output: "200\n",
    });
    await get(look, "/close");
    await becomes(look, "UNHEALTHY UNHEALTHY");
    // No service stops it.
    expect(await look()).toMatchObject({ lastStatus: "RUNNING", desiredStatus: "RUNNING" });
    await get(look, "/open");
    await becomes(look, "HEALTHY HEALTHY");
  });

  const passes = { healthCheck: check("pass") };
  const fails = { healthCheck: check("fail", { retries: 1 }) };
  const hangs = { healthCheck: check("hang", { retries: 1 }) };
  it.each<[string, Partial<ContainerDefinition>[], string]>([
    ["one essential container fails", [passes, fails], "UNHEALTHY HEALTHY UNHEALTHY"],
    ["another container fails", [passes, { ...fails, essential: false }], "HEALTHY HEALTHY UNHEALTHY"],
    ["a container has no health check", [passes, {}], "HEALTHY HEALTHY UNKNOWN"],
    ["a check is not done in time", [hangs], "UNHEALTHY UNHEALTHY"],
  ])("is, when %s", async (_, containers, states) => {
    await becomes(await run(...containers), states);
  });

  it("is unknown without health checks", async () => {
    const look = await run({});
    await fixture.clock.eventually(async () => expect((await look()).lastStatus).toBe("RUNNING"));
    expect(await look()).toMatchObject({
      healthStatus: "UNKNOWN",
      containers: [{ healthStatus: "UNKNOWN" }],
    });
  });
});

describe("a task definition", () => {
  it("shows a health check with AWS's defaults", async () => {
    const { taskDefinition } = await fixture.register({ healthCheck: { command: ["CMD", "node"] } });
    expect(taskDefinition?.containerDefinitions?.[0]?.healthCheck).toEqual({
      command: ["CMD", "node"],
      interval: 30,
      timeout: 5,
      retries: 3,
    });
  });

  it.each<[HealthCheck, string]>([
    [{ command: ["node", "x"] }, "command must start with CMD or CMD-SHELL, not with node."],
    [{ command: [] }, "command must start with CMD or CMD-SHELL, not with nothing."],
    [{ command: ["CMD"] }, "command lacks what is to be run after CMD."],
    [{ command: ["CMD-SHELL", "exit", "0"] }, "command must be one text for the shell after CMD-SHELL."],
    [
      { command: ["CMD", "x"], interval: 4 },
      "web: interval must be a whole number between 5 and 300, not 4.",
    ],
    [{ command: ["CMD", "x"], timeout: 61 }, "timeout must be a whole number between 2 and 60"],
    [{ command: ["CMD", "x"], retries: 11 }, "retries must be a whole number between 1 and 10"],
    [{ command: ["CMD", "x"], startPeriod: 301 }, "startPeriod must be a whole number between 0"],
  ])("with %j is refused", async (healthCheck, message) => {
    await expect(fixture.register({ healthCheck })).rejects.toMatchObject({
      code: "ClientException",
      message: expect.stringContaining(message),
    });
  });
});
