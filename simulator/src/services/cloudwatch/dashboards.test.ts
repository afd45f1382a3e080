import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { afterAll, describe, expect, it } from "vitest";
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

describe("a dashboard is refused", () => {
  it.each([
    ["that is not JSON", "{", /must be a valid JSON object/],
    ["without widgets", "{}", /required property 'widgets'/],
  ])("%s", async (_, DashboardBody, message) => {
    const call = cloudwatch.putDashboard({ DashboardName: "bad", DashboardBody });
    expect(await refusal(call)).toMatch(message);
  });

  it("under a name with other characters", async () => {
    const call = cloudwatch.putDashboard({ DashboardName: "my dashboard", DashboardBody: body() });
    expect(await refusal(call)).toMatch(/InvalidInput.*DashboardName contains invalid characters/);
  });
});
