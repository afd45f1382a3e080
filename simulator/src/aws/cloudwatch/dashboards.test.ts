import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Simulator } from "../../simulator.ts";
import { startTestSimulator } from "../../test-simulator.support.ts";

let simulator: Simulator;
let cloudwatch: CloudWatch;
beforeAll(async () => {
  simulator = await startTestSimulator();
  cloudwatch = new CloudWatch({ ...simulator.clientConfig, maxAttempts: 1 });
});
afterAll(() => simulator?.close());

const metrics = {
  type: "metric",
  x: 0,
  y: 0,
  width: 12,
  height: 6,
  properties: {
    region: "us-east-1",
    title: "Requests",
    stat: "Sum",
    period: 60,
    view: "timeSeries",
    metrics: [
      ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", "app/lb/1", { label: "all" }],
      ["...", "app/lb/2"],
      [{ expression: "SUM(METRICS())", id: "sum" }],
    ],
  },
};
const body = (...widgets: object[]) => JSON.stringify({ widgets });
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => "nothing",
    ({ name, message }) => `${name}: ${message}`,
  );

it("a dashboard is created, read, listed, changed and deleted", async () => {
  const DashboardName = "microservices";
  const DashboardBody = body(metrics, { type: "text", properties: { markdown: "# Suppliers" } });
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

describe("a dashboard is refused", () => {
  const properties = (more: object) => ({ ...metrics, properties: { ...metrics.properties, ...more } });
  it.each<[string, string, RegExp]>([
    ["that is no JSON", "{", /must be a valid JSON object/],
    ["without widgets", "{}", /there are 1 validation errors.*required property 'widgets'/],
    [
      "with an unknown widget",
      body({ ...metrics, type: "graph" }),
      /"\/widgets\/0\/type".*metric, text, log/,
    ],
    ["with a widget that is too wide", body({ ...metrics, width: 25 }), /"\/widgets\/0\/width".*<= 24/],
    [
      "with no region and a bad view",
      body(properties({ region: undefined, view: "line" })),
      /there are 2 .*required property 'region'.*"\/widgets\/0\/properties\/view"/,
    ],
    ["with half a dimension", body(properties({ metrics: [["N", "M", "D"]] })), /properties\/metrics\/0/],
    ["with a misspelt member", body(properties({ titel: "x" })), /additional properties: 'titel'/],
    ["with an empty text", body({ type: "text", properties: {} }), /required property 'markdown'/],
    ["with alarms that are no ARNs", body({ type: "alarm", properties: { alarms: ["a"] } }), /match pattern/],
  ])("%s", async (_, DashboardBody, message) => {
    const call = cloudwatch.putDashboard({ DashboardName: "bad", DashboardBody });
    expect(await refusal(call)).toMatch(message);
  });

  it("under a name with other characters", async () => {
    const call = cloudwatch.putDashboard({ DashboardName: "my dashboard", DashboardBody: body() });
    expect(await refusal(call)).toMatch(/InvalidInput.*DashboardName contains invalid characters/);
  });
});
