import { expect, test } from "vitest";
import { createVirtualAccount, denied } from "../deployment/virtual-run.support.ts";

const metric = {
  MetricName: "5XX",
  Statistic: "Sum",
  ComparisonOperator: "GreaterThanThreshold",
  Threshold: 5,
};
const named = (AlarmName: string, StateValue: string) => ({ ...metric, AlarmName, StateValue });

const runs = (["ECS", "CODE_DEPLOY"] as const).flatMap((controller) =>
  (["plan", "apply"] as const).map((mode) => [controller, mode] as const),
);

test.each(runs)("refuses absent alarms and those in ALARM of %s in mode %s", async (controller, mode) => {
  const account = createVirtualAccount(controller);
  const data = { StateReasonData: JSON.stringify({ recentDatapoints: [12] }) };
  account.answers.DescribeAlarms = {
    MetricAlarms: [
      named("calm", "OK"),
      named("new", "INSUFFICIENT_DATA"),
      { ...named("loud", "ALARM"), ...data },
    ],
    CompositeAlarms: [{ AlarmName: "any", AlarmRule: 'ALARM("loud")', StateValue: "ALARM" }],
  };
  const rollbackOnAlarm = ["calm", "new", "loud", "any", "gone"];
  const { error, changes } = await account.run({ mode, rollbackOnAlarm });
  expect(error?.message).toMatch(/^3 things to correct: /);
  for (const text of [
    "alarm loud (input rollback-on-alarm) is in ALARM already: 5XX Sum was 12, above 5 (correct its cause",
    'alarm any (input rollback-on-alarm) is in ALARM already: its rule is ALARM("loud")',
    "alarm gone (input rollback-on-alarm) does not exist in this account and region (correct the name",
  ])
    expect(error?.message).toContain(text);
  expect(account.inputs("DescribeAlarms")[0].AlarmTypes).toContain("CompositeAlarm");
  expect(changes).toBe(0);
});

test("deploys with a warning that names the permission where alarms cannot be read", async () => {
  const account = createVirtualAccount("ECS");
  account.answers.DescribeAlarms = denied("cloudwatch:DescribeAlarms");
  const { error, lines } = await account.run({ rollbackOnAlarm: ["slow"] });
  expect(error).toBeUndefined();
  expect(lines.join("\n")).toMatch(/Could not check: .*alarm slow .*cloudwatch:DescribeAlarms/);
});

test("reads no alarms without the input, or without a deployment", async () => {
  const account = createVirtualAccount("ECS");
  await account.run();
  await account.run({ waitUntil: "registered", rollbackOnAlarm: ["slow"] });
  expect(account.inputs("DescribeAlarms")).toEqual([]);
});
