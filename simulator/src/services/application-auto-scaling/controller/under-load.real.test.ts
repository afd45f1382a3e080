import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startLoad } from "../../../outside-clients/load.support.ts";
import { createRealFixture, type Fixture, target } from "./fixture.support.ts";

/**
 * A minute of AWS time is half a second: long enough for the system's CPU time resolution, and for a loaded machine.
 */
const timeScale = 120;
/** The tasks' quarter of a vCPU is a tenth of a core, so that a machine of one core suffices for three of them. */
const vcpuShare = 0.4;

let fixture: Fixture;
beforeEach(async () => {
  fixture = await createRealFixture({ timeScale, vcpuShare });
  await fixture.register(1, 3);
});
afterEach(() => fixture?.close());

/** Sends requests from time to time, so that a failure is always noticed. */
function startTrickle(url: string) {
  const failures: string[] = [];
  let stopping = false;
  const client = async () => {
    while (!stopping) {
      const status = await fetch(url).then(
        (response) => response.text().then(() => response.status),
        (error) => String(error.cause ?? error),
      );
      if (status !== 200) failures.push(String(status));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const ended = client();
  return {
    failures,
    async stop() {
      stopping = true;
      await ended;
    },
  };
}

describe("a service under real load scales out to 3 tasks and in again to 1, without a failed request,", () => {
  it("by the CPU that its tasks use", async () => {
    await fixture.serves(1);
    const trickle = startTrickle(fixture.url("/"));
    const { Alarms } = await fixture.track("cpu", {
      // Far from the value under load, about 100, and from the value without: 2, on a slow machine 10.
      TargetValue: 50,
      PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" },
      ScaleOutCooldown: 60,
      ScaleInCooldown: 60,
    });
    expect(Alarms?.map(({ AlarmName }) => AlarmName)).toEqual([
      expect.stringMatching(/^TargetTracking-service\/outside\/web-AlarmHigh-[0-9a-f-]{36}$/),
      expect.stringMatching(/^TargetTracking-service\/outside\/web-AlarmLow-[0-9a-f-]{36}$/),
    ]);
    const load = startLoad(fixture.url("/work"), 4);
    await fixture.settlesAt(3);
    await fixture.eventually(async () => expect(await new Set(load.answers.slice(-50)).size).toBe(3));
    await load.stop();
    await fixture.settlesAt(1);
    await trickle.stop();
    expect([...load.failures, ...trickle.failures]).toEqual([]);
    const [last, ...others] = await fixture.activities();
    expect(last).toMatchObject({
      ...target,
      Description: "Setting desired count to 1.",
      Cause: `monitor alarm ${Alarms?.[1]?.AlarmName} in state ALARM triggered policy cpu`,
    });
    expect(others.at(-1)).toMatchObject({
      Cause: `monitor alarm ${Alarms?.[0]?.AlarmName} in state ALARM triggered policy cpu`,
      StatusCode: expect.stringMatching(/^(Successful|Overridden)$/),
      StartTime: expect.any(Date),
      EndTime: expect.any(Date),
    });
    await fixture.eventually(async () =>
      expect((await fixture.activities())[0]?.StatusMessage).toBe(
        "Successfully set desired count to 1. Change successfully fulfilled by ecs.",
      ),
    );
  });

  it("by the requests that a target gets", async () => {
    await fixture.serves(1);
    const trickle = startTrickle(fixture.url("/"));
    await fixture.track("requests", {
      // Per half second: some 50 under load, 2 or 3 from the trickle.
      TargetValue: 6,
      PredefinedMetricSpecification: {
        PredefinedMetricType: "ALBRequestCountPerTarget",
        ResourceLabel: await fixture.resourceLabel(),
      },
      ScaleOutCooldown: 60,
      ScaleInCooldown: 60,
    });
    const load = startLoad(fixture.url("/wait"), 4);
    await fixture.settlesAt(3);
    await load.stop();
    await fixture.settlesAt(1);
    await trickle.stop();
    expect([...load.failures, ...trickle.failures]).toEqual([]);
  });
});
