import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { afterAll, describe, expect, it } from "vitest";
import { awsCli, run } from "../../outside-clients/programs.support.ts";
import { startRealSimulator } from "../../test-simulator.support.ts";

const simulator = await startRealSimulator();
afterAll(() => simulator.close());

describe("an alarm is created, set and described by", () => {
  it("the AWS CLI", async () => {
    const aws = async (...args: string[]) => {
      const variables = simulator.environmentVariables;
      return JSON.parse((await run(awsCli, ["cloudwatch", ...args, "--output=json"], { variables })) || "{}");
    };
    await aws(
      "put-metric-alarm",
      "--alarm-name=cli",
      "--namespace=AWS/ApplicationELB",
      "--metric-name=HTTPCode_Target_5XX_Count",
      "--dimensions=Name=LoadBalancer,Value=app/lb/1",
      "--statistic=Sum",
      "--period=60",
      "--evaluation-periods=1",
      "--threshold=1",
      "--comparison-operator=GreaterThanOrEqualToThreshold",
      "--treat-missing-data=ignore",
    );
    await aws("set-alarm-state", "--alarm-name=cli", "--state-value=ALARM", "--state-reason=a drill");
    const { MetricAlarms } = await aws("describe-alarms", "--alarm-names=cli");
    expect(MetricAlarms).toMatchObject([
      { StateValue: "ALARM", StateReason: "a drill", Period: 60, Dimensions: [{ Name: "LoadBalancer" }] },
    ]);
    await expect(
      aws("set-alarm-state", "--alarm-name=no", "--state-value=OK", "--state-reason=x"),
    ).rejects.toThrow("(ResourceNotFound)");
  });

  it.each([
    ["JSON", {}],
    ["CBOR", { protocol: AwsSmithyRpcV2CborProtocol }],
  ])("the AWS SDK for JavaScript, over %s", async (_, config) => {
    const client = new CloudWatch({ ...simulator.clientConfig, ...config });
    await client.putMetricAlarm({
      AlarmName: "js",
      Namespace: "Shop",
      MetricName: "Errors",
      ExtendedStatistic: "p99",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0.5,
      ComparisonOperator: "GreaterThanThreshold",
      TreatMissingData: "ignore",
    });
    const { MetricAlarms } = await client.describeAlarms({ AlarmNames: ["js"] });
    expect(MetricAlarms).toMatchObject([
      { StateValue: "INSUFFICIENT_DATA", ExtendedStatistic: "p99", StateUpdatedTimestamp: expect.any(Date) },
    ]);
    const data = { MetricName: "Time", Timestamp: new Date(), Values: [0.25, 1] };
    await client.putMetricData({ Namespace: "Shop", MetricData: [data] });
    const Metric = { Namespace: "Shop", MetricName: "Time" };
    const { MetricDataResults } = await client.getMetricData({
      StartTime: new Date(Date.now() - 60_000),
      EndTime: new Date(Date.now() + 1000),
      MetricDataQueries: [{ Id: "time", MetricStat: { Metric, Period: 60, Stat: "Minimum" } }],
    });
    expect(MetricDataResults?.[0]?.Values?.[0]).toBe(0.25);
    expect(MetricDataResults?.[0]?.Timestamps?.[0]).toBeInstanceOf(Date);
    const unknown = client.setAlarmState({ AlarmName: "no", StateValue: "OK", StateReason: "x" });
    await expect(unknown).rejects.toMatchObject({ name: "ResourceNotFound" });
  });
});
