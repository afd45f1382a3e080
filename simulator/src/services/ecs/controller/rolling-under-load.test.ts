import { describe, expect, it } from "vitest";
import { startLoad } from "../../../outside-clients/load.support.ts";
import { useRehearsal } from "./rehearsal.support.ts";

const rehearsal = useRehearsal();
const { ends } = rehearsal;

async function serve(deploymentConfiguration = {}) {
  const { create, groups, productionUrl } = rehearsal.fixture;
  const targetGroup = { containerName: "web", containerPort: 8080, targetGroupArn: groups.blue };
  await create(deploymentConfiguration, { desiredCount: 2, loadBalancers: [targetGroup] });
  await ends("SUCCESSFUL");
  return startLoad(productionUrl, 2, (signal) => rehearsal.fixture.simulator.clock.wait(5_000, signal));
}

describe("no request fails under constant load when a rolling update", () => {
  it.each([
    ["starts its tasks next to the old ones", {}],
    ["must make room for them", { minimumHealthyPercent: 50, maximumPercent: 100 }],
  ])("%s", async (_, configuration) => {
    const load = await serve(configuration);
    await rehearsal.fixture.deploy("2");
    await ends("SUCCESSFUL");
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(new Set(load.answers)).toEqual(new Set(["1", "2"]));
    expect(load.answers.at(-1)).toBe("2");
  });

  it("crashes and is rolled back", async () => {
    const load = await serve({ deploymentCircuitBreaker: { enable: true, rollback: true } });
    await rehearsal.fixture.deploy("crash");
    await ends("ROLLBACK_SUCCESSFUL");
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(new Set(load.answers)).toEqual(new Set(["1"]));
  });
});
