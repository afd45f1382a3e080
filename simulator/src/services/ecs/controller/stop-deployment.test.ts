import { describe, expect, it } from "vitest";
import { useRollingService } from "./rolling.support.ts";

const rolling = useRollingService();
const { create, deployments, eventually, newest, runningRevisions, update } = rolling;

describe("stopServiceDeployment", () => {
  it("rolls back to the revision before", async () => {
    await create();
    await update("crashing");
    await eventually(async () => expect((await rolling.fixture.tasks("STOPPED")).length).toBeGreaterThan(0));
    const serviceDeploymentArn = (await deployments())[0]?.serviceDeploymentArn;
    await rolling.fixture.ecs.stopServiceDeployment({ serviceDeploymentArn });
    expect((await deployments())[0]?.status).toMatch(/^ROLLBACK_/);
    await newest("ROLLBACK_SUCCESSFUL");
    expect(await runningRevisions()).toEqual([1, 1]);
    await expect(rolling.fixture.ecs.stopServiceDeployment({ serviceDeploymentArn })).rejects.toMatchObject({
      code: "ConflictException",
    });
  });

  it("aborts: running tasks continue", async () => {
    await create();
    await update("crashing");
    await eventually(async () => expect((await rolling.fixture.tasks("STOPPED")).length).toBeGreaterThan(0));
    const serviceDeploymentArn = (await deployments())[0]?.serviceDeploymentArn;
    await rolling.fixture.ecs.stopServiceDeployment({ serviceDeploymentArn, stopType: "ABORT" });
    await newest("STOPPED");
    await eventually(async () => expect((await rolling.fixture.tasks()).length).toBe(2));
    expect(await runningRevisions()).toEqual([1, 1]);
  });

  it("names a deployment that does not exist", async () => {
    await expect(
      rolling.fixture.ecs.stopServiceDeployment({ serviceDeploymentArn: "arn:none" }),
    ).rejects.toMatchObject({
      code: "ServiceDeploymentNotFoundException",
    });
  });
});
