import type { HealthCheck } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Program } from "../../../runtime/tasks/in-process-runtime.support.ts";
import type { TestClock } from "../../../virtual-clock.support.ts";
import { createTestFixture, type Fixture } from "./fixture.support.ts";

/** Its health check passes once it has been opened. */
const program: Program = ({ listen, onExec }) => {
  let open = false;
  listen(8080, ({ url }, response) => {
    if (url === "/open" || url === "/close") open = url === "/open";
    response.end();
  });
  onExec(([name]) => (name === "is-open" && open ? 0 : 1));
};
const isOpen: HealthCheck = { command: ["CMD", "is-open"], interval: 5, retries: 2, startPeriod: 300 };
const never: HealthCheck = { command: ["CMD", "never"], interval: 5, retries: 1 };

describe("a service whose containers are checked", () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await createTestFixture(program);
  });
  afterAll(() => fixture?.close());

  const eventually: TestClock["eventually"] = (assertion) => fixture.simulator.clock.eventually(assertion);
  const status = async () => (await fixture.newest()).status;
  const serving = (path = "") =>
    eventually(async () => expect((await fetch(fixture.productionUrl + path)).status).toBe(200));
  const tasks = async (desiredStatus: "RUNNING" | "STOPPED" = "RUNNING") => {
    const { taskArns = [] } = await fixture.ecs.listTasks({ cluster: "main", desiredStatus });
    if (taskArns.length === 0) return [];
    return (await fixture.ecs.describeTasks({ cluster: "main", tasks: taskArns })).tasks ?? [];
  };

  it("is deployed when its targets and its containers are healthy", async () => {
    await fixture.create({ deploymentCircuitBreaker: { enable: true, rollback: true } }, {}, isOpen);
    // The load balancer requests another path than the container.
    await serving();
    expect(await tasks()).toMatchObject([{ healthStatus: "UNKNOWN" }]);
    expect(await status()).toBe("IN_PROGRESS");
    await serving("open");
    await eventually(async () => expect(await status()).toBe("SUCCESSFUL"));
    expect(await tasks()).toMatchObject([
      { healthStatus: "HEALTHY", containers: [{ name: "web", healthStatus: "HEALTHY" }] },
    ]);
  });

  it("replaces a task that becomes unhealthy", async () => {
    const [task] = await tasks();
    await serving("close");
    await eventually(async () =>
      expect((await tasks("STOPPED"))[0]).toMatchObject({
        taskArn: task?.taskArn,
        healthStatus: "UNHEALTHY",
        stopCode: "ServiceSchedulerInitiated",
        stoppedReason: "Task failed container health checks",
      }),
    );
    const id = task?.taskArn?.split("/").at(-1);
    expect((await fixture.service()).events?.map(({ message }) => message)).toContain(
      `(service web) (task ${id}) failed container health checks.`,
    );
    await eventually(async () =>
      expect((await tasks()).map(({ taskArn }) => taskArn)).toEqual([
        expect.not.stringContaining(task?.taskArn ?? ""),
      ]),
    );
    await serving("open");
    await eventually(async () => expect((await tasks())[0]?.healthStatus).toBe("HEALTHY"));
  });

  it("is rolled back when its new containers never become healthy", async () => {
    await fixture.deploy("2", {}, never);
    await eventually(async () => expect(await status()).toBe("ROLLBACK_SUCCESSFUL"));
    expect(await fixture.newest()).toMatchObject({ deploymentCircuitBreaker: { status: "TRIGGERED" } });
    expect(await tasks()).toMatchObject([{ healthStatus: "HEALTHY" }]);
  });
});
