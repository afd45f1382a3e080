import type { HealthCheck } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { taskRuntimeKinds } from "../../planes/tasks/runtime.ts";
import { hasDocker } from "../../planes/tasks/runtimes-for-tests.ts";
import { createRealWorld, type World } from "./ecs-world.support.ts";

/** Passes once somebody has opened the container. */
const isOpen: HealthCheck = {
  command: [
    "CMD",
    "node",
    "--eval",
    "fetch('http://localhost:8080/health').then(({ ok }) => process.exit(ok ? 0 : 1))",
  ],
  interval: 5,
  retries: 2,
  // So much that nobody is in a hurry: a second is a six-hundredth of one here.
  startPeriod: 300,
};
const never: HealthCheck = { command: ["CMD", "node", "--eval", "process.exit(1)"], interval: 5, retries: 1 };

describe.each(taskRuntimeKinds)("as %s, a service whose containers are checked", (kind) => {
  describe.skipIf(kind === "docker" && !hasDocker)("by themselves", () => {
    let world: World;
    beforeAll(async () => {
      world = await createRealWorld(kind);
    });
    afterAll(() => world?.close());

    const polled = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 60_000 });
    const status = async () => (await world.newest()).status;
    const serving = (path = "") =>
      polled(async () => (await fetch(world.productionUrl + path)).status).toBe(200);
    const tasks = async (desiredStatus: "RUNNING" | "STOPPED" = "RUNNING") => {
      const { taskArns = [] } = await world.ecs.listTasks({ cluster: "main", desiredStatus });
      if (taskArns.length === 0) return [];
      return (await world.ecs.describeTasks({ cluster: "main", tasks: taskArns })).tasks ?? [];
    };

    it("is deployed when its targets and its containers are healthy", async () => {
      await world.create({ deploymentCircuitBreaker: { enable: true, rollback: true } }, {}, isOpen);
      // The load balancer asks for another path than the container.
      await serving();
      expect(await tasks()).toMatchObject([{ healthStatus: "UNKNOWN" }]);
      expect(await status()).toBe("IN_PROGRESS");
      await serving("open");
      await polled(status).toBe("SUCCESSFUL");
      expect(await tasks()).toMatchObject([
        { healthStatus: "HEALTHY", containers: [{ name: "web", healthStatus: "HEALTHY" }] },
      ]);
    });

    it("replaces a task that becomes unhealthy", async () => {
      const [task] = await tasks();
      await serving("close");
      await polled(async () => (await tasks("STOPPED"))[0]).toMatchObject({
        taskArn: task?.taskArn,
        healthStatus: "UNHEALTHY",
        stopCode: "ServiceSchedulerInitiated",
        stoppedReason: "Task failed container health checks",
      });
      const id = task?.taskArn?.split("/").at(-1);
      expect((await world.service()).events?.map(({ message }) => message)).toContain(
        `(service web) (task ${id}) failed container health checks.`,
      );
      await polled(async () => (await tasks()).map(({ taskArn }) => taskArn)).toEqual([
        expect.not.stringContaining(task?.taskArn ?? ""),
      ]);
      await serving("open");
      await polled(async () => (await tasks())[0]?.healthStatus).toBe("HEALTHY");
    });

    it("is rolled back when its new containers never get healthy", async () => {
      await world.deploy("2", {}, never);
      await polled(status).toBe("ROLLBACK_SUCCESSFUL");
      expect(await world.newest()).toMatchObject({ deploymentCircuitBreaker: { status: "TRIGGERED" } });
      expect(await tasks()).toMatchObject([{ healthStatus: "HEALTHY" }]);
    });
  });
});
