import { createServer } from "node:http";
import type { Action, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, describe, expect, it } from "vitest";
import type { AwsError } from "../../kit/errors.ts";
import { freePort } from "../../runtime/database/database-server.ts";
import { answer, ask, forwardTo, setStage } from "./stage.support.ts";

const stage = await setStage();
const group = await stage.createGroup("group");
const listener = await stage.listen(answer("default"));
afterAll(() => stage.close());

const { elbv2, loadBalancerArn: LoadBalancerArn } = stage;
const subnets = ["subnet-1", "subnet-2"];
const groupInput = { Name: "x", Protocol: "HTTP", Port: 8080, VpcId: "vpc-1", TargetType: "ip" } as const;
const missing = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef";
const anything: RuleCondition[] = [{ Field: "path-pattern", Values: ["/*"] }];
const passed = [answer("x")];
const rule = (change: object) =>
  elbv2.createRule({
    ListenerArn: listener.arn,
    Priority: 9,
    Conditions: anything,
    Actions: passed,
    ...change,
  });
const balancer = (Subnets: string[], more: object = {}) =>
  elbv2.createLoadBalancer({ Name: "n", Subnets, ...more });
const targetGroup = (change: object) => elbv2.createTargetGroup({ ...groupInput, ...change });
const attribute = (Key: string, Value: string) =>
  elbv2.modifyTargetGroupAttributes({ TargetGroupArn: group, Attributes: [{ Key, Value }] });
const action = (change: object) => rule({ Actions: [change as Action] });
const condition = (change: RuleCondition) => rule({ Conditions: [change] });
const paths = (change: object) => condition({ Field: "path-pattern", ...change });
const listen = (Port: number, Protocol: "HTTP" | "HTTPS" = "HTTP") =>
  elbv2.createListener({ LoadBalancerArn, Protocol, Port, DefaultActions: passed });
const sticky = {
  TargetGroups: [{ TargetGroupArn: group }],
  TargetGroupStickinessConfig: { Enabled: true },
};
const twice = ["1", "2"].map((Value) => ({ Key: "a", Value }));

/** Code and message of the error of a call. */
const errorOf = async (call: () => unknown): Promise<string> => {
  try {
    await call();
    return "nothing";
  } catch (error) {
    const { code, message } = error as AwsError;
    return `${code}: ${message}`;
  }
};

Object.assign(stage.environment.networks, { mode: "enforce", ec2: { subnets: new Map() } });

async function forwardToOther() {
  const { TargetGroups } = await targetGroup({ Name: "other", VpcId: "vpc-2" });
  return action(forwardTo(TargetGroups?.[0]?.TargetGroupArn ?? ""));
}
const registerOutside = (AvailabilityZone?: string) =>
  elbv2.registerTargets({ TargetGroupArn: group, Targets: [{ Id: "10.9.0.1", AvailabilityZone }] });

/** Instances are AWS's default type of targets. */
async function instances() {
  const { TargetGroups } = await targetGroup({ TargetType: undefined });
  const { TargetGroupArn, TargetType } = TargetGroups?.[0] ?? {};
  expect(TargetType).toBe("instance");
  await elbv2.registerTargets({ TargetGroupArn, Targets: [{ Id: "i-1" }] });
}

describe("refuses", () => {
  it.each<[string, () => unknown, RegExp, string?]>([
    ["a network load balancer", () => balancer(subnets, { Type: "network" }), /network/],
    ["one subnet", () => balancer(["subnet-1"]), /two subnets/],
    [
      "one zone",
      () => balancer(["subnet-1", "subnet-3"]),
      /same Availability Zone/,
      "InvalidConfigurationRequestException",
    ],
    ["a missing subnet", () => balancer(["subnet-1", "subnet-9"]), /subnet-9/, "SubnetNotFoundException"],
    [
      "the name of another load balancer",
      () => balancer(subnets, { Name: "stage", Scheme: "internal" }),
      /'stage' exists/,
      "DuplicateLoadBalancerNameException",
    ],
    [
      "the name of another target group",
      () => targetGroup({ Name: "group", Port: 80 }),
      /'group' exists/,
      "DuplicateTargetGroupNameException",
    ],
    ["Lambda targets", () => targetGroup({ TargetType: "lambda" }), /TargetType 'lambda'/],
    ["instances as targets", instances, /no targets in 'x', which is of type instance/],
    ["a missing VPC", () => targetGroup({ VpcId: "vpc-9" }), /vpc-9/],
    ["a matcher out of range", () => targetGroup({ Matcher: { HttpCode: "200-599" } }), /200-599/],
    [
      "a timeout as long as the interval",
      () => elbv2.modifyTargetGroup({ TargetGroupArn: group, HealthCheckIntervalSeconds: 5 }),
      /Health check interval must be greater than the timeout\./,
    ],
    ["a public target", () => stage.register(group, "8.8.8.8"), /8\.8\.8\.8/, "InvalidTargetException"],
    ["a missing target group", () => action(forwardTo(missing)), /none/, "TargetGroupNotFoundException"],
    [
      "a target group of another VPC",
      forwardToOther,
      /^\S+ Target group '\S+\/other\/\w+' is in a different VPC than load balancer '\S+'$/,
      "InvalidConfigurationRequestException",
    ],
    ["a target outside the VPC", () => registerOutside(), /Zone is required for IP address '10\.9\.0\.1'/],
    ["it in one zone", () => registerOutside("us-east-1a"), /must be 'all' for Application Load Balancer/],
    [
      "a public load balancer without an internet gateway",
      () => balancer(subnets),
      /VPC vpc-1 has no internet gateway$/,
      "InvalidSubnetException",
    ],
    ["a weight over 999", () => action(forwardTo([group, 1000])), /'1000'/],
    ["sticky groups", () => action({ Type: "forward", ForwardConfig: sticky }), /stickiness/],
    ["authentication", () => action({ Type: "authenticate-oidc" }), /authenticate-oidc/],
    [
      "a fixed redirect status",
      () => action({ Type: "fixed-response", FixedResponseConfig: { StatusCode: "301" } }),
      /'301'/,
    ],
    ["an unknown condition", () => condition({ Field: "cookie", Values: ["a"] }), /'cookie' must be one of/],
    [
      "a condition by host",
      () => condition({ HostHeaderConfig: { Values: ["a"] } }),
      /'HostHeaderConfig' must be one of/,
    ],
    ["a regular expression", () => paths({ PathPatternConfig: { RegexValues: ["/.*"] } }), /RegexValues/],
    [
      "an address without a prefix",
      () => condition({ Field: "source-ip", SourceIpConfig: { Values: ["192.0.2.7"] } }),
      /192\.0\.2\.7/,
    ],
    ["six condition values", () => paths({ Values: [..."123456"] }), /'5' condition values/],
    ["priority 0", () => rule({ Priority: 0 }), /'0'/],
    ["an unknown attribute", () => attribute("x", "1"), /'x'/],
    ["a sticky target group", () => attribute("stickiness.enabled", "true"), /stickiness.enabled/],
    ["an HTTPS listener", () => listen(443, "HTTPS"), /HTTPS/],
    [
      "a tag given twice",
      () => elbv2.addTags({ ResourceArns: [group], Tags: twice }),
      /a$/,
      "DuplicateTagKeysException",
    ],
    [
      "a missing listener",
      () => elbv2.deleteListener({ ListenerArn: "arn:x" }),
      /arn:x/,
      "ListenerNotFoundException",
    ],
    ["an unknown marker", () => elbv2.describeTargetGroups({ Marker: "zzz" }), /token/],
  ])("%s", async (_, call, message, code = "ValidationError") => {
    const error = await errorOf(call);
    expect(error).toMatch(message);
    expect(error.split(":")[0]).toBe(code);
  });

  it("a listener whose loopback port is taken, and names the port", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    expect(await errorOf(() => listen(port - 10_000))).toContain(`127.0.0.1:${port}, which is taken`);
    other.close();
  });

  it("to delete a group in use, a default rule, a protected load balancer; deletes the rest", async () => {
    const used = await stage.createGroup("used");
    const { arn } = await stage.listen(forwardTo(used));
    expect(await errorOf(() => elbv2.deleteTargetGroup({ TargetGroupArn: used }))).toMatch(/^ResourceInUse/);
    const RuleArn = (await elbv2.describeRules({ ListenerArn: arn })).Rules?.[0]?.RuleArn;
    expect(await errorOf(() => elbv2.deleteRule({ RuleArn }))).toMatch(/^OperationNotPermitted/);
    const protect = (Value: string) =>
      elbv2.modifyLoadBalancerAttributes({
        LoadBalancerArn,
        Attributes: [{ Key: "deletion_protection.enabled", Value }],
      });
    await protect("true");
    expect(await errorOf(() => elbv2.deleteLoadBalancer({ LoadBalancerArn }))).toMatch(
      /^OperationNotPermitted/,
    );
    await protect("false");
    await elbv2.deleteLoadBalancer({ LoadBalancerArn });
    await elbv2.deleteTargetGroup({ TargetGroupArn: used });
    expect((await elbv2.describeLoadBalancers({})).LoadBalancers).toEqual([]);
    await expect(ask(listener.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
