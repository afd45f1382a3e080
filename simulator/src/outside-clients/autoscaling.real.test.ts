import { expect, it } from "vitest";
import {
  createRealFixture,
  fixtureOfEachTest,
} from "../services/application-auto-scaling/controller/fixture.support.ts";
import { programsFor } from "./programs.support.ts";

const fixture = fixtureOfEachTest(createRealFixture);

const programs = () => programsFor(fixture().simulator);

it("boto3 scales a service by steps and by a target", async () => {
  const cause = "monitor alarm queue in state ALARM triggered policy queue";
  expect(await programs().boto3("autoscaling.py", ["outside", "web"])).toEqual({
    skipped: [[{ Code: "AlreadyAtMaxCapacity", MaxCapacity: 3 }]],
    activities: [
      [
        "Setting desired count to 3.",
        cause,
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

it("the AWS CLI registers a target, adds a policy and reads its activities", async () => {
  const { aws } = programs();
  const target = [
    "--service-namespace=ecs",
    "--scalable-dimension=ecs:service:DesiredCount",
    "--resource-id=service/outside/web",
  ];
  const scaling = (verb: string, ...args: string[]) => aws("application-autoscaling", verb, ...args);
  await scaling("register-scalable-target", ...target, "--min-capacity=1", "--max-capacity=2");
  const { PolicyARN } = await scaling(
    "put-scaling-policy",
    ...target,
    "--policy-name=queue",
    "--policy-type=StepScaling",
    `--step-scaling-policy-configuration=${JSON.stringify({
      AdjustmentType: "ExactCapacity",
      StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 2 }],
    })}`,
  );
  await aws(
    "cloudwatch",
    "put-metric-alarm",
    "--alarm-name=queue",
    `--alarm-actions=${PolicyARN}`,
    ...["--namespace=Shop", "--metric-name=Queue", "--statistic=Maximum", "--period=60"],
    ...["--evaluation-periods=1", "--threshold=10", "--comparison-operator=GreaterThanThreshold"],
  );
  await aws(
    "cloudwatch",
    "set-alarm-state",
    "--alarm-name=queue",
    "--state-value=ALARM",
    "--state-reason=drill",
  );
  await fixture().settlesAt(2);
  const { ScalingActivities } = await scaling("describe-scaling-activities", ...target);
  expect(ScalingActivities).toMatchObject([
    {
      Description: "Setting desired count to 2.",
      Cause: "monitor alarm queue in state ALARM triggered policy queue",
      ServiceNamespace: "ecs",
    },
  ]);
  const { ScalingPolicies } = await scaling("describe-scaling-policies", "--service-namespace=ecs");
  expect(ScalingPolicies).toMatchObject([{ PolicyName: "queue", Alarms: [{ AlarmName: "queue" }] }]);
});
