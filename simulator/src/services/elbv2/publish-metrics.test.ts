import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNetwork, createTargetGroup } from "../../outside-clients/web-account.support.ts";
import { startTestSimulator, testListenerPortOffset } from "../../test-simulator.support.ts";

const url = `http://127.0.0.1:${testListenerPortOffset() + 80}`;
const dimensions: Record<"LoadBalancer" | "TargetGroup", string> = { LoadBalancer: "", TargetGroup: "" };

const simulator = await startTestSimulator();
const target = createServer((request, response) => {
  if (request.url === "/cut") response.destroy();
  else response.writeHead(Number(/\d{3}/.exec(request.url ?? "")?.[0] ?? 200)).end();
}).listen(0, "127.0.0.1");
await once(target, "listening");
await serve((target.address() as AddressInfo).port);
afterAll(async () => {
  target.closeAllConnections();
  target.close();
  await simulator.close();
});

async function serve(Port: number): Promise<void> {
  const { aws } = simulator;
  const { elbv2 } = aws;
  const { vpc, subnets } = await createNetwork(simulator);
  const { LoadBalancers } = await elbv2.createLoadBalancer({ Name: "metrics", Subnets: subnets });
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? "";
  const TargetGroupArn = await createTargetGroup(aws, vpc, "full");
  const { Listeners } = await elbv2.createListener({
    LoadBalancerArn,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  await elbv2.createRule({
    ListenerArn: Listeners?.[0]?.ListenerArn,
    Priority: 1,
    Conditions: [{ Field: "path-pattern", Values: ["/nobody"] }],
    Actions: [{ Type: "forward", TargetGroupArn: await createTargetGroup(aws, vpc, "empty") }],
  });
  await elbv2.registerTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port }] });
  const state = async () =>
    (await elbv2.describeTargetHealth({ TargetGroupArn })).TargetHealthDescriptions?.[0]?.TargetHealth?.State;
  await simulator.clock.until(async () => (await state()) === "healthy");
  dimensions.LoadBalancer = LoadBalancerArn.slice(LoadBalancerArn.indexOf("app/"));
  dimensions.TargetGroup = TargetGroupArn.slice(TargetGroupArn.indexOf("targetgroup/"));
}

type Statistics = "Sum" | "Maximum" | "SampleCount";

async function total(MetricName: string, names: (keyof typeof dimensions)[], statistic: Statistics = "Sum") {
  const Dimensions = names.map((Name) => ({ Name, Value: dimensions[Name] }));
  const Metric = { Namespace: "AWS/ApplicationELB", MetricName, Dimensions };
  const { MetricDataResults } = await simulator.aws.cloudwatch.getMetricData({
    StartTime: new Date(simulator.clock.foreground.now() - 3_600_000),
    EndTime: simulator.clock.now(),
    MetricDataQueries: [{ Id: "total", MetricStat: { Metric, Period: 60, Stat: statistic } }],
  });
  const values = MetricDataResults?.[0]?.Values ?? [];
  if (statistic === "Maximum") return Math.max(...values);
  return values.reduce((sum, value) => sum + value, 0);
}

describe("the load balancer publishes", () => {
  beforeAll(async () => {
    for (const path of ["/", "/", "/302", "/404", "/500", "/503", "/cut", "/nobody"])
      await fetch(url + path, { redirect: "manual" });
    const all = () => total("HTTPCode_ELB_503_Count", ["LoadBalancer"]);
    await simulator.clock.until(async () => (await all()) > 0);
  });

  it.each([
    ["RequestCount", 7],
    ["HTTPCode_Target_2XX_Count", 2],
    ["HTTPCode_Target_3XX_Count", 1],
    ["HTTPCode_Target_4XX_Count", 1],
    ["HTTPCode_Target_5XX_Count", 2],
  ])("%s for itself and for the target group", async (name, expected) => {
    expect(await total(name, ["LoadBalancer"])).toBe(expected);
    expect(await total(name, ["LoadBalancer", "TargetGroup"])).toBe(expected);
  });

  it.each([
    ["HTTPCode_ELB_5XX_Count", 2],
    ["HTTPCode_ELB_502_Count", 1],
    ["HTTPCode_ELB_503_Count", 1],
    ["HTTPCode_ELB_504_Count", 0],
  ])("%s of its own pages", async (name, expected) => {
    expect(await total(name, ["LoadBalancer"])).toBe(expected);
  });

  it("the targets' health and response times", async () => {
    const both = ["LoadBalancer", "TargetGroup"] as const;
    expect(await total("HealthyHostCount", [...both], "Maximum")).toBe(1);
    expect(await total("UnHealthyHostCount", [...both], "Maximum")).toBe(0);
    expect(await total("TargetResponseTime", [...both], "SampleCount")).toBe(6);
  });

  it.each([[["TargetGroup"]], [["LoadBalancer", "TargetGroup"]]] as const)(
    "the number of requests per target, by %j",
    async (names) => {
      expect(await total("RequestCountPerTarget", [...names])).toBe(7);
    },
  );
});

it("real errors raise a real alarm", async () => {
  const { cloudwatch } = simulator.aws;
  await cloudwatch.putMetricAlarm({
    AlarmName: "errors",
    Namespace: "AWS/ApplicationELB",
    MetricName: "HTTPCode_Target_5XX_Count",
    Dimensions: [{ Name: "LoadBalancer", Value: dimensions.LoadBalancer }],
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 3,
    ComparisonOperator: "GreaterThanOrEqualToThreshold",
    TreatMissingData: "notBreaching",
  });
  const becomes = (state: string) =>
    simulator.clock.until(async () => {
      const { MetricAlarms } = await cloudwatch.describeAlarms({ AlarmNames: ["errors"] });
      return MetricAlarms?.[0]?.StateValue === state;
    });
  await becomes("OK");
  await Promise.all(Array.from({ length: 12 }, () => fetch(`${url}/500`)));
  await becomes("ALARM");
  await becomes("OK");
});
