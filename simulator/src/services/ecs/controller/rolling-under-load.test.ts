import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { useRehearsal } from "./rehearsal.support.ts";

const rehearsal = useRehearsal();
const { create, deploy, ends, noneFailed, startClients } = rehearsal;

/** Deploys the version under load, by rolling updates; returns the clients. */
async function deployUnderLoad(version: string, configuration: DeploymentConfiguration, status: string) {
  const targetGroupArn = rehearsal.fixture.groups.blue;
  const loadBalancers = [{ containerName: "web", containerPort: 8080, targetGroupArn }];
  await create(configuration, { desiredCount: 2, loadBalancers });
  await ends("SUCCESSFUL");
  const load = startClients();
  await deploy(version);
  await ends(status);
  return load;
}

describe("no request fails under constant load when a rolling update", () => {
  it.each([
    ["starts its tasks next to the old ones", {}],
    ["must make room for them", { minimumHealthyPercent: 50, maximumPercent: 100 }],
  ])("%s", async (_, configuration) => {
    const load = await deployUnderLoad("2", configuration, "SUCCESSFUL");
    await noneFailed("1", "2");
    expect(load.answers.at(-1)).toBe("2");
  });

  it("crashes and is rolled back", async () => {
    const deploymentCircuitBreaker = { enable: true, rollback: true };
    await deployUnderLoad("crash", { deploymentCircuitBreaker }, "ROLLBACK_SUCCESSFUL");
    await noneFailed("1");
  });
});
