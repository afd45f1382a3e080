import type { TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, test } from "vitest";
import type { Checking } from "./checking.ts";
import { checkPair, checkTargetGroup } from "./target-groups.ts";

const group = (name: string, changes: Partial<TargetGroup> = {}): TargetGroup => ({
  TargetGroupName: name,
  TargetGroupArn: `arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/${name}/0123456789abcdef`,
  TargetType: "ip",
  Protocol: "HTTP",
  VpcId: "vpc-1",
  HealthCheckPort: "traffic-port",
  ...changes,
});
const checking = (networkMode?: "awsvpc" | "bridge") =>
  ({
    taskDefinition: { networkMode, containerDefinitions: [{ portMappings: [{ containerPort: 8080 }] }] },
  }) as unknown as Checking;

test.each<["awsvpc" | "bridge" | undefined, TargetGroup, RegExp | undefined]>([
  ["awsvpc", group("a"), undefined],
  ["bridge", group("a", { TargetType: "instance" }), undefined],
  [
    "awsvpc",
    group("a", { TargetType: "instance" }),
    /^target group a has targets of type instance, .* awsvpc/,
  ],
  [undefined, group("a"), /^target group a has targets of type ip, .* bridge/],
  ["awsvpc", group("a", { HealthCheckPort: "8080" }), undefined],
  ["awsvpc", group("a", { HealthCheckPort: "81" }), /^Health checks of target group a go to port 81/],
])("checks tasks with network mode %s against group %j", (networkMode, target, text) => {
  const [finding] = checkTargetGroup(checking(networkMode), target);
  if (text) expect(finding?.text).toMatch(text);
  else expect(finding).toBeUndefined();
});

test.each<[TargetGroup, TargetGroup, RegExp]>([
  [
    group("a"),
    group("b", { VpcId: "vpc-2" }),
    /^target groups a and b differ in their VPC \(vpc-1 and vpc-2\)$/,
  ],
  [
    group("a"),
    group("b", { Protocol: "TCP" }),
    /^target groups a and b differ in protocol \(HTTP and TCP\)$/,
  ],
])("rejects %j and %j as a pair", (one, other, text) => {
  expect(checkPair(one, other)).toEqual([
    { text: expect.stringMatching(text), fix: "create both with the same settings" },
  ]);
});
