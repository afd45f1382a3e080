import type { PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { describe, expect, it, onTestFinished } from "vitest";
import { asyncCallerOf } from "../../kit/calls.support.ts";
import { createTestEnvironment } from "../../test-environment.support.ts";
import type { TestClock } from "../../virtual-clock.support.ts";
import { cloudwatch as definition } from "./service.ts";

const minute = 60_000;

async function cloudwatch() {
  const environment = await createTestEnvironment();
  const service = definition.create(environment);
  onTestFinished(async () => {
    await service.close?.();
    await environment.remove();
  });
  const { clock } = environment;
  const call = asyncCallerOf(service);
  const alarm = async () => (await call("describeAlarms", { AlarmNames: ["errors"] })).MetricAlarms[0];
  const becomes = (state: string) => clock.until(async () => (await alarm()).StateValue === state);
  return { call, clock, alarm, becomes };
}

const alarm: PutMetricAlarmInput = {
  AlarmName: "errors",
  Namespace: "Shop",
  MetricName: "Errors",
  Dimensions: [{ Name: "Service", Value: "customer" }],
  Statistic: "Sum",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: "GreaterThanOrEqualToThreshold",
  TreatMissingData: "notBreaching",
};
const datum = { MetricName: "Errors", Dimensions: alarm.Dimensions };
const lately = (clock: TestClock) => ({
  StartTime: new Date(clock.foreground.now() - 10 * minute),
  EndTime: clock.now(),
});

describe("an alarm", () => {
  it("begins without data, goes into ALARM at a breaching datapoint, and returns to OK when none comes", async () => {
    const { call, alarm: current, becomes } = await cloudwatch();
    await call("putMetricAlarm", alarm);
    expect(await current()).toMatchObject({
      StateValue: "INSUFFICIENT_DATA",
      StateReason: "Unchecked: Initial alarm creation",
      AlarmArn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors",
      Period: 60,
    });
    await becomes("OK");
    expect((await current()).StateReason).toBe(
      "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
    );
    await call("putMetricData", { Namespace: "Shop", MetricData: [{ ...datum, Value: 3 }] });
    await becomes("ALARM");
    const raised = await current();
    expect(raised.StateReason).toMatch(
      /^Threshold Crossed: 1 datapoint \[3\.0 \(\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d\)\] was greater than or equal to the threshold \(1\.0\)\.$/,
    );
    expect(JSON.parse(raised.StateReasonData)).toMatchObject({
      version: "1.0",
      statistic: "Sum",
      period: 60,
      recentDatapoints: [3],
      threshold: 1,
      evaluatedDatapoints: [{ sampleCount: 1, value: 3 }],
    });
    await becomes("OK");
  });

  it("with two of three datapoints reports how many it had", async () => {
    const { call, clock, alarm: current, becomes } = await cloudwatch();
    await call("putMetricAlarm", { ...alarm, EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    const MetricData = [3, 2, 1].map((back) => ({
      ...datum,
      Value: back === 2 ? 0 : 5,
      Timestamp: new Date(clock.foreground.now() - back * minute),
    }));
    await call("putMetricData", { Namespace: "Shop", MetricData });
    await becomes("ALARM");
    expect((await current()).StateReason).toMatch(
      /^Threshold Crossed: 2 out of the last 3 datapoints \[5\.0 .+, 0\.0 .+, 5\.0 .+\] were greater than or equal to the threshold \(1\.0\) \(minimum 2 datapoints for \w+ -> ALARM transition\)\.$/,
    );
  });

  it("keeps a manually set state when it ignores missing data, until it is deleted", async () => {
    const { call } = await cloudwatch();
    await call("putMetricAlarm", { ...alarm, TreatMissingData: "ignore", ActionsEnabled: false });
    await call("setAlarmState", { AlarmName: "errors", StateValue: "ALARM", StateReason: "a drill" });
    const { MetricAlarms } = await call("describeAlarms", { StateValue: "ALARM", AlarmNamePrefix: "err" });
    expect(MetricAlarms).toMatchObject([{ StateReason: "a drill", ActionsEnabled: false }]);
    await call("deleteAlarms", { AlarmNames: ["errors"] });
    expect(await call("describeAlarms", {})).toMatchObject({ MetricAlarms: [] });
    const again = call("deleteAlarms", { AlarmNames: ["errors"] });
    await expect(again).rejects.toMatchObject({ code: "ResourceNotFound" });
  });
});

describe("metrics", () => {
  async function published() {
    const scene = await cloudwatch();
    const { clock } = scene;
    const now = clock.foreground.now();
    const MetricData = [
      {
        ...datum,
        Unit: "Milliseconds",
        Values: [1, 2, 3],
        Counts: [1, 1, 8],
        Timestamp: new Date(now - minute),
      },
      { ...datum, Unit: "Milliseconds", Value: 7, Timestamp: new Date(now - 3 * minute) },
    ];
    await scene.call("putMetricData", { Namespace: "Shop", MetricData });
    return scene;
  }

  it("are read by the minute of AWS time, oldest first, with the requested statistics", async () => {
    const { call, clock } = await published();
    const { MetricDataResults } = await call("getMetricData", {
      ...lately(clock),
      ScanBy: "TimestampAscending",
      MetricDataQueries: ["Sum", "Average", "Minimum", "Maximum", "SampleCount", "p50"].map((Stat) => ({
        Id: Stat.toLowerCase(),
        MetricStat: { Metric: { Namespace: "Shop", ...datum }, Period: 60, Stat },
      })),
    });
    expect(MetricDataResults.map(({ Values }: { Values: number[] }) => Values)).toEqual([
      [7, 27],
      [7, 2.7],
      [7, 1],
      [7, 3],
      [1, 10],
      [7, 3],
    ]);
    const [{ Label, Timestamps }] = MetricDataResults;
    expect([Label, Timestamps[1] - Timestamps[0]]).toEqual(["Errors", 2 * minute]);
  });

  it("are added up over longer periods, newest first by GetMetricData", async () => {
    const { call, clock } = await published();
    const query = (Id: string, Period: number, Stat: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: "Shop", ...datum }, Period, Stat },
    });
    const { MetricDataResults } = await call("getMetricData", {
      ...lately(clock),
      MetricDataQueries: [query("minutes", 60, "p100"), query("day", 86_400, "Sum")],
    });
    expect(MetricDataResults[0]).toMatchObject({ Id: "minutes", Values: [3, 7], StatusCode: "Complete" });
    // The two minutes may be on different days.
    expect(MetricDataResults[1].Values.reduce((sum: number, value: number) => sum + value)).toBe(34);
  });

  it.each([
    [{ Namespace: "Shop" }, 1],
    [{ Namespace: "Other" }, 0],
    [{ Dimensions: [{ Name: "Service" }] }, 1],
    [{ Dimensions: [{ Name: "Service", Value: "employee" }] }, 0],
  ])("are listed by %j", async (filter, count) => {
    const { call } = await published();
    expect((await call("listMetrics", filter)).Metrics).toHaveLength(count);
  });
});
