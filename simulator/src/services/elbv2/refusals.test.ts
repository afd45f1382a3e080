import { createServer } from "node:http";
import type { Action, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, describe, expect, it } from "vitest";
import { freePort } from "../../runtime/database/database-server.ts";
import { answer, ask, forwardTo, setStage } from "./stage.support.ts";

const stage = await setStage();
const group = await stage.createGroup("group");
const listener = await stage.listen(answer("default"));
afterAll(() => stage.close());

const subnets = ["subnet-1", "subnet-2"];
const groupInput = { Name: "x", Protocol: "HTTP", Port: 8080, VpcId: "vpc-1", TargetType: "ip" } as const;
const missing = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef";
const anything: RuleCondition[] = [{ Field: "path-pattern", Values: ["/*"] }];
const rule = (change: object) =>
  stage.elbv2.createRule({
    ListenerArn: listener.arn,
    Priority: 9,
    Conditions: anything,
    Actions: [answer("x")],
    ...change,
  });
const balancer = (...Subnets: string[]) => stage.elbv2.createLoadBalancer({ Name: "n", Subnets });
const targetGroup = (change: object) => stage.elbv2.createTargetGroup({ ...groupInput, ...change });
const attribute = (Key: string, Value: string) =>
  stage.elbv2.modifyTargetGroupAttributes({ TargetGroupArn: group, Attributes: [{ Key, Value }] });
const action = (change: object) => rule({ Actions: [change as Action] });
const condition = (change: RuleCondition) => rule({ Conditions: [change] });

describe("refuses", () => {
  it.each<[string, () => Promise<unknown>, RegExp, string?]>([
    [
      "a network load balancer",
      () => stage.elbv2.createLoadBalancer({ Name: "n", Type: "network", Subnets: subnets }),
      /network/,
    ],
    ["one subnet", () => balancer("subnet-1"), /two subnets/],
    [
      "two subnets in one zone",
      () => balancer("subnet-1", "subnet-3"),
      /same Availability Zone/,
      "InvalidConfigurationRequestException",
    ],
    ["a missing subnet", () => balancer("subnet-1", "subnet-9"), /subnet-9/, "SubnetNotFoundException"],
    [
      "the name of another load balancer",
      () => stage.elbv2.createLoadBalancer({ Name: "stage", Subnets: subnets, Scheme: "internal" }),
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
    [
      "instances as targets",
      async () => {
        // AWS's default type.
        const { TargetGroups } = await targetGroup({ TargetType: undefined });
        expect(TargetGroups?.[0]?.TargetType).toBe("instance");
        await stage.elbv2.registerTargets({
          TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn,
          Targets: [{ Id: "i-1" }],
        });
      },
      /no targets in 'x', which is of type instance/,
    ],
    ["a missing VPC", () => targetGroup({ VpcId: "vpc-9" }), /vpc-9/],
    ["a matcher out of range", () => targetGroup({ Matcher: { HttpCode: "200-599" } }), /200-599/],
    [
      "a timeout as long as the interval",
      () => stage.elbv2.modifyTargetGroup({ TargetGroupArn: group, HealthCheckIntervalSeconds: 5 }),
      /Health check interval must be greater than the timeout\./,
    ],
    ["a public target", () => stage.register(group, "8.8.8.8"), /8\.8\.8\.8/, "InvalidTargetException"],
    ["a missing target group", () => action(forwardTo(missing)), /none/, "TargetGroupNotFoundException"],
    ["a weight over 999", () => action(forwardTo([group, 1000])), /'1000'/],
    [
      "sticky groups",
      () =>
        action({
          Type: "forward",
          ForwardConfig: {
            TargetGroups: [{ TargetGroupArn: group }],
            TargetGroupStickinessConfig: { Enabled: true },
          },
        }),
      /stickiness/,
    ],
    ["authentication", () => action({ Type: "authenticate-oidc" }), /authenticate-oidc/],
    [
      "a fixed redirect status",
      () => action({ Type: "fixed-response", FixedResponseConfig: { StatusCode: "301" } }),
      /'301'/,
    ],
    ["an unknown condition", () => condition({ Field: "cookie", Values: ["a"] }), /'cookie' must be one of/],
    [
      "a regular expression",
      () => condition({ Field: "path-pattern", PathPatternConfig: { RegexValues: ["/.*"] } }),
      /RegexValues/,
    ],
    [
      "an address without a prefix",
      () => condition({ Field: "source-ip", SourceIpConfig: { Values: ["192.0.2.7"] } }),
      /192\.0\.2\.7/,
    ],
    [
      "six condition values",
      () => condition({ Field: "path-pattern", Values: ["/1", "/2", "/3", "/4", "/5", "/6"] }),
      /'5' condition values/,
    ],
    ["priority 0", () => rule({ Priority: 0 }), /'0'/],
    ["an unknown attribute", () => attribute("x", "1"), /'x'/],
    ["a sticky target group", () => attribute("stickiness.enabled", "true"), /stickiness.enabled/],
    [
      "an HTTPS listener",
      () =>
        stage.elbv2.createListener({
          LoadBalancerArn: stage.loadBalancerArn,
          Protocol: "HTTPS",
          Port: 443,
          DefaultActions: [answer("x")],
        }),
      /HTTPS/,
    ],
    [
      "a tag given twice",
      () =>
        stage.elbv2.addTags({
          ResourceArns: [group],
          Tags: [
            { Key: "a", Value: "1" },
            { Key: "a", Value: "2" },
          ],
        }),
      /a$/,
      "DuplicateTagKeysException",
    ],
    [
      "a missing listener",
      () => stage.elbv2.deleteListener({ ListenerArn: "arn:x" }),
      /arn:x/,
      "ListenerNotFoundException",
    ],
    ["an unknown marker", () => stage.elbv2.describeTargetGroups({ Marker: "zzz" }), /token/],
  ])("%s", async (_, call, message, code = "ValidationError") => {
    await expect((async () => call())()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it("a listener whose loopback port is taken, and names the port", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    const create = stage.elbv2.createListener({
      LoadBalancerArn: stage.loadBalancerArn,
      Protocol: "HTTP",
      Port: port - 10_000,
      DefaultActions: [answer("x")],
    });
    await expect(create).rejects.toMatchObject({
      message: expect.stringContaining(`127.0.0.1:${port}, which is taken`),
    });
    other.close();
  });

  it("to delete a group in use, a default rule, a protected load balancer; deletes the rest", async () => {
    const used = await stage.createGroup("used");
    const { arn } = await stage.listen(forwardTo(used));
    const { elbv2, loadBalancerArn: LoadBalancerArn } = stage;
    await expect((async () => elbv2.deleteTargetGroup({ TargetGroupArn: used }))()).rejects.toMatchObject({
      code: "ResourceInUseException",
    });
    const RuleArn = (await elbv2.describeRules({ ListenerArn: arn })).Rules?.[0]?.RuleArn;
    await expect((async () => elbv2.deleteRule({ RuleArn }))()).rejects.toMatchObject({
      code: "OperationNotPermittedException",
    });
    const protect = (Value: string) =>
      elbv2.modifyLoadBalancerAttributes({
        LoadBalancerArn,
        Attributes: [{ Key: "deletion_protection.enabled", Value }],
      });
    await protect("true");
    await expect(elbv2.deleteLoadBalancer({ LoadBalancerArn })).rejects.toMatchObject({
      code: "OperationNotPermittedException",
    });
    await protect("false");
    await elbv2.deleteLoadBalancer({ LoadBalancerArn });
    await elbv2.deleteTargetGroup({ TargetGroupArn: used });
    expect((await elbv2.describeLoadBalancers({})).LoadBalancers).toEqual([]);
    await expect(ask(listener.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
