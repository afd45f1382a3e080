import { CloudWatchClient, type MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { expect, test } from "vitest";
import { createFakeAws, fakeConfig } from "../../core/fake-aws.support.ts";
import { describeAlarms } from "./alarms.ts";

const alarm: MetricAlarm = {
  AlarmName: "slow",
  MetricName: "TargetResponseTime",
  ExtendedStatistic: "p99",
  ComparisonOperator: "GreaterThanThreshold",
  Threshold: 0.5,
  StateValue: "ALARM",
  StateReasonData: JSON.stringify({ recentDatapoints: [0.2, 1.84321] }),
};

test.each<[string, Partial<MetricAlarm>, string]>([
  ["in ALARM", {}, "TargetResponseTime p99 was 1.84, above 0.5"],
  ["that is OK again", { StateValue: "OK" }, "TargetResponseTime p99, above 0.5"],
  ["whose reason is not JSON", { StateReasonData: "set manually" }, "TargetResponseTime p99, above 0.5"],
  [
    "of an expression",
    {
      MetricName: undefined,
      ExtendedStatistic: undefined,
      Metrics: [{ Id: "rate", Label: "errors in %", ReturnData: true }],
    },
    "errors in % was 1.84, above 0.5",
  ],
])("shows metric, value and threshold of an alarm %s", async (_, changes, text) => {
  const { answers, fake } = createFakeAws();
  const client = fake(new CloudWatchClient(fakeConfig));
  answers.DescribeAlarms = { MetricAlarms: [{ ...alarm, ...changes }] };
  expect(await describeAlarms(client, ["slow"])).toEqual([text]);
  expect(await describeAlarms(client, ["slow", "5xx"])).toEqual([`slow: ${text}`]);
});
