import { expect, it } from "vitest";
import { forEachTest, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);

const dashboard = (markdown: string, more: object = {}) => ({
  Board: {
    Type: "AWS::CloudWatch::Dashboard",
    Properties: {
      DashboardBody: { "Fn::Sub": JSON.stringify({ widgets: [{ type: "text", properties: { markdown } }] }) },
      ...more,
    },
  },
});

it("creates a dashboard, changes it in place, replaces a renamed one, and removes it", async () => {
  const { cloudwatch } = stack.aws;
  expect(await stack.create(dashboard("in $" + "{AWS::Region}"))).toBe("CREATE_COMPLETE");
  const DashboardName = await stack.physicalId("Board");
  expect((await cloudwatch.getDashboard({ DashboardName })).DashboardBody).toContain("in us-east-1");
  expect(await stack.update(dashboard("changed"))).toBe("UPDATE_COMPLETE");
  expect((await cloudwatch.getDashboard({ DashboardName })).DashboardBody).toContain("changed");
  expect(await stack.update(dashboard("changed", { DashboardName: "mine" }))).toBe("UPDATE_COMPLETE");
  const { DashboardEntries } = await cloudwatch.listDashboards({});
  expect(DashboardEntries?.map((each) => each.DashboardName)).toEqual(["mine"]);
  expect(await stack.remove()).toBe("gone");
  expect((await cloudwatch.listDashboards({})).DashboardEntries).toEqual([]);
});

it("reports the errors of a dashboard", async () => {
  const outcome = await stack.create(dashboard("x", { DashboardBody: "{}" }));
  expect(outcome).toMatch(/^Board: .*Should have required property 'widgets'/);
});
