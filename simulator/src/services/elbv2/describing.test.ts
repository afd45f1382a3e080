import { afterAll, expect, it } from "vitest";
import { forwardTo, setStage } from "./stage.support.ts";

const stage = await setStage();
afterAll(() => stage.close());

it("describes a load balancer as AWS does, and provisions it before it is active", async () => {
  const describe = async () =>
    (await stage.elbv2.describeLoadBalancers({ Names: ["stage"] })).LoadBalancers?.[0];
  const loadBalancer = await describe();
  expect(loadBalancer).toMatchObject({
    LoadBalancerArn: expect.stringMatching(
      /^arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer\/app\/stage\/[0-9a-f]{16}$/,
    ),
    DNSName: expect.stringMatching(/^stage-\d+\.us-east-1\.elb\.amazonaws\.com$/),
    Scheme: "internet-facing",
    Type: "application",
    VpcId: "vpc-1",
    SecurityGroups: ["sg-default"],
    AvailabilityZones: [{ ZoneName: "us-east-1a" }, { ZoneName: "us-east-1b" }],
  });
  await stage.environment.clock.until(async () => (await describe())?.State?.Code === "active");
});

it("returns the first load balancer for a second creation with the same settings", async () => {
  const again = await stage.elbv2.createLoadBalancer({ Name: "stage", Subnets: ["subnet-2", "subnet-1"] });
  expect(again.LoadBalancers?.[0]?.LoadBalancerArn).toBe(stage.loadBalancerArn);
  expect(await stage.createGroup("same")).toBe(await stage.createGroup("same"));
});

it("returns a group's defaults, a listener's action and the group's load balancers", async () => {
  const group = await stage.createGroup("group");
  const { arn } = await stage.listen({ Type: "forward", TargetGroupArn: group });
  const { TargetGroups } = await stage.elbv2.describeTargetGroups({ TargetGroupArns: [group] });
  expect(TargetGroups).toMatchObject([
    {
      TargetGroupName: "group",
      Protocol: "HTTP",
      Port: 8080,
      HealthCheckPath: "/",
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      Matcher: { HttpCode: "200" },
      LoadBalancerArns: [stage.loadBalancerArn],
    },
  ]);
  const { Listeners } = await stage.elbv2.describeListeners({ LoadBalancerArn: stage.loadBalancerArn });
  expect(Listeners?.find(({ ListenerArn }) => ListenerArn === arn)?.DefaultActions).toEqual([
    {
      Type: "forward",
      TargetGroupArn: group,
      ForwardConfig: {
        ...forwardTo([group, 1]).ForwardConfig,
        TargetGroupStickinessConfig: { Enabled: false },
      },
    },
  ]);
  const { Attributes } = await stage.elbv2.describeTargetGroupAttributes({ TargetGroupArn: group });
  expect(Attributes).toContainEqual({ Key: "deregistration_delay.timeout_seconds", Value: "300" });
});

it("keeps tags, and returns long lists in pages", async () => {
  const groups = await Promise.all(["p1", "p2", "p3"].map((name) => stage.createGroup(name)));
  const [first = ""] = groups;
  await stage.elbv2.addTags({
    ResourceArns: [first],
    Tags: [
      { Key: "team", Value: "coffee" },
      { Key: "old", Value: "1" },
    ],
  });
  await stage.elbv2.removeTags({ ResourceArns: [first], TagKeys: ["old"] });
  const { TagDescriptions } = await stage.elbv2.describeTags({ ResourceArns: [first] });
  expect(TagDescriptions).toEqual([{ ResourceArn: first, Tags: [{ Key: "team", Value: "coffee" }] }]);
  const Names = ["p1", "p2", "p3"];
  const one = await stage.elbv2.describeTargetGroups({ Names, PageSize: 2 });
  const two = await stage.elbv2.describeTargetGroups({ Names, PageSize: 2, Marker: one.NextMarker });
  expect([one, two].map(({ TargetGroups }) => TargetGroups?.length)).toEqual([2, 1]);
  expect(two.NextMarker).toBeUndefined();
});
