import { expect, it } from "vitest";
import {
  createRealFixture,
  fixtureOfEachTest,
} from "../services/application-auto-scaling/controller/fixture.support.ts";
import { programsFor } from "./programs.support.ts";

const fixture = fixtureOfEachTest(createRealFixture);

const programs = () => programsFor(fixture().simulator);

it("boto3 scales a service by its range and by a target", async () => {
  expect(await programs().boto3("autoscaling.py", ["outside", "web"])).toEqual({
    skipped: [[{ Code: "AlreadyAtMaxCapacity", MaxCapacity: 3 }]],
    activities: [
      [
        "Setting desired count to 3.",
        "monitor alarm the upper alarm in state ALARM triggered policy cpu",
        "Successfully set desired count to 3. Change successfully fulfilled by ecs.",
      ],
      [
        "Setting desired count to 2.",
        "minimum capacity was set to 2",
        expect.stringMatching(/^Successfully set/),
      ],
    ],
    ended: true,
    alarms: [
      [60, 3],
      [54, 15],
    ],
    by: "monitor alarm the lower alarm in state ALARM triggered policy cpu",
    left: [],
  });
});
