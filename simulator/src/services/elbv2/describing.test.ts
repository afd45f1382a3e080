import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, describe, expect, it } from "vitest";
import { type Ask, answer, ask, forwardTo, setStage } from "./stage.support.ts";

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

const path = (...Values: string[]): RuleCondition => ({ Field: "path-pattern", Values });
const source = (...Values: string[]): RuleCondition => ({ Field: "source-ip", SourceIpConfig: { Values } });

describe("a rule's conditions", () => {
  it.each<[string, RuleCondition[], Ask, boolean]>([
    ["the lab's /admin/* takes a page under it", [path("/admin/*")], { path: "/admin/suppliers" }, true],
    ["the lab's /admin/* misses /admin itself", [path("/admin/*")], { path: "/admin" }, false],
    ["one of two patterns suffices", [path("/admin", "/admin/*")], { path: "/admin" }, true],
    ["a path pattern ignores the query", [path("/admin")], { path: "/admin?page=2" }, true],
    ["a path pattern is case-sensitive", [path("/admin")], { path: "/Admin" }, false],
    ["? stands for one character", [path("/v?/x")], { path: "/v2/x" }, true],
    ["? does not stand for none", [path("/v?/x")], { path: "/v/x" }, false],
    ["* stands for a run in the middle", [path("/a*c")], { path: "/a/b/b/c" }, true],
    ["the client's address", [source("127.0.0.0/8")], {}, true],
    [
      "an address only in X-Forwarded-For",
      [source("192.0.2.7/32")],
      { headers: { "x-forwarded-for": "192.0.2.7" } },
      false,
    ],
    ["all of several conditions", [path("/a"), source("127.0.0.0/8")], { path: "/a" }, true],
    ["not just some of them", [path("/a"), source("192.0.2.7/32")], { path: "/a" }, false],
  ])("%s", async (_, conditions, request, expected) => {
    const { arn, port } = await stage.listen(answer("default"));
    await stage.elbv2.createRule({
      ListenerArn: arn,
      Conditions: conditions,
      Priority: 1,
      Actions: [answer("rule")],
    });
    expect((await ask(port, request)).body).toBe(expected ? "rule" : "default");
  });
});

describe("priorities", () => {
  it("are decided by the lowest number, in any order of creation, and can be swapped", async () => {
    const { arn, port } = await stage.listen(answer("default"));
    const create = async (Priority: number, text: string) => {
      const rule = { ListenerArn: arn, Conditions: [path("/*")], Priority, Actions: [answer(text)] };
      return (await stage.elbv2.createRule(rule)).Rules?.[0]?.RuleArn ?? "";
    };
    const later = await create(20, "later");
    const first = await create(3, "first");
    expect((await ask(port)).body).toBe("first");

    await stage.elbv2.setRulePriorities({
      RulePriorities: [
        { RuleArn: later, Priority: 3 },
        { RuleArn: first, Priority: 20 },
      ],
    });
    expect((await ask(port)).body).toBe("later");
    const { Rules } = await stage.elbv2.describeRules({ ListenerArn: arn });
    expect(Rules?.map(({ Priority }) => Priority)).toEqual(["3", "20", "default"]);

    await expect(create(20, "again")).rejects.toMatchObject({
      code: "PriorityInUseException",
      message: "Priority '20' is currently in use",
    });
    await stage.elbv2.deleteRule({ RuleArn: later });
    await stage.elbv2.modifyRule({ RuleArn: first, Actions: [answer("modified")] });
    expect((await ask(port)).body).toBe("modified");
  });
});
