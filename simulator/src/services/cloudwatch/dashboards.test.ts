import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { afterAll, expect, it } from "vitest";
import { refusal } from "../../kit/calls.support.ts";
import { startTestSimulator } from "../../test-simulator.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const cloudwatch = new CloudWatch({ ...simulator.clientConfig, maxAttempts: 1 });

const body = (...widgets: object[]) => JSON.stringify({ widgets });

it("a dashboard is created, read, listed, changed and deleted", async () => {
  const DashboardName = "microservices";
  const DashboardBody = body({ type: "text", properties: { markdown: "# Suppliers" } });
  await cloudwatch.putDashboard({ DashboardName, DashboardBody: body() });
  const { DashboardValidationMessages } = await cloudwatch.putDashboard({ DashboardName, DashboardBody });
  expect(DashboardValidationMessages).toEqual([]);
  expect(await cloudwatch.getDashboard({ DashboardName })).toMatchObject({
    DashboardBody,
    DashboardArn: "arn:aws:cloudwatch::123456789012:dashboard/microservices",
  });
  const { DashboardEntries } = await cloudwatch.listDashboards({ DashboardNamePrefix: "micro" });
  expect(DashboardEntries).toMatchObject([{ DashboardName, Size: DashboardBody.length }]);
  expect(await refusal(cloudwatch.deleteDashboards({ DashboardNames: [DashboardName, "no"] }))).toMatch(
    /DashboardNotFoundError|ResourceNotFound/,
  );
  await cloudwatch.deleteDashboards({ DashboardNames: [DashboardName] });
  expect(await refusal(cloudwatch.getDashboard({ DashboardName }))).toMatch(
    /Dashboard microservices does not exist/,
  );
});

it.each([
  ["JSON", {}],
  ["CBOR", { protocol: AwsSmithyRpcV2CborProtocol }],
])("the AWS SDK for JavaScript creates, describes and sets an alarm over %s", async (_, config) => {
  const now = simulator.clock.foreground.now();
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
  const data = { MetricName: "Time", Timestamp: new Date(now), Values: [0.25, 1] };
  await client.putMetricData({ Namespace: "Shop", MetricData: [data] });
  const Metric = { Namespace: "Shop", MetricName: "Time" };
  const { MetricDataResults } = await client.getMetricData({
    StartTime: new Date(now - 60_000),
    EndTime: new Date(now + 1000),
    MetricDataQueries: [{ Id: "time", MetricStat: { Metric, Period: 60, Stat: "Minimum" } }],
  });
  expect(MetricDataResults?.[0]?.Values?.[0]).toBe(0.25);
  expect(MetricDataResults?.[0]?.Timestamps?.[0]).toBeInstanceOf(Date);
  const unknown = client.setAlarmState({ AlarmName: "no", StateValue: "OK", StateReason: "x" });
  await expect(unknown).rejects.toMatchObject({ name: "ResourceNotFound" });
});
