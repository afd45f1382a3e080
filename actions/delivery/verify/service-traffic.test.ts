import type { LoadBalancer } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closedGroup, partsOf } from "../../ecs/network/account.support.ts";
import { createEcsStage } from "../ecs/stage.support.ts";
import type { Stage } from "../stage.support.ts";

let stage: Stage;
let balancer: LoadBalancer;

async function begin(strategy: "ROLLING" | "BLUE_GREEN") {
  stage = await createEcsStage(strategy === "ROLLING" ? { strategy } : { strategy, bakeTimeInMinutes: 0 });
  const { services } = await stage.simulator.aws.ecs.describeServices({ cluster: "main", services: ["web"] });
  balancer = services?.[0]?.loadBalancers?.[0] ?? {};
}

async function plan() {
  const { record, error } = await stage.deploy("1", { mode: "plan" });
  return { findings: record.findings, error };
}

/** Sets the default action of the listener on port 80. */
async function setProduction(targetGroup: string | undefined) {
  const { elbv2 } = stage.simulator.aws;
  const { LoadBalancers } = await elbv2.describeLoadBalancers({});
  const { LoadBalancerArn } = LoadBalancers?.[0] ?? {};
  const { Listeners = [] } = await elbv2.describeListeners({ LoadBalancerArn });
  await elbv2.modifyListener({
    ListenerArn: Listeners.find(({ Port }) => Port === 80)?.ListenerArn,
    DefaultActions: targetGroup
      ? [{ Type: "forward", TargetGroupArn: targetGroup }]
      : [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
  });
}

describe("a blue/green service of ECS", () => {
  beforeAll(() => begin("BLUE_GREEN"));
  afterAll(() => stage?.close());

  test("accepts one with everything in its place", async () => {
    expect(await plan()).toEqual({ findings: [], error: undefined });
  });

  test("refuses one whose production rule forwards elsewhere, with the command that fixes it", async () => {
    await setProduction(undefined);
    const { findings, error } = await plan();
    expect(findings[0]?.text).toMatch(
      /^the production listener rule \S+ forwards to no target group, not to blue or green$/,
    );
    expect(findings[0]?.fix).toMatch(/^aws elbv2 modify-rule --rule-arn \S+ --actions Type=forward/);
    expect(error?.message).toBe(findings[0]?.text);
    await setProduction(balancer.targetGroupArn);
  });

  test("refuses one whose test rule is gone", async () => {
    const RuleArn = balancer.advancedConfiguration?.testListenerRule;
    await stage.simulator.aws.elbv2.deleteRule({ RuleArn });
    const { findings } = await plan();
    expect(findings.map(({ text }) => text)).toContain(
      `test listener rule ${RuleArn}, used by the service, does not exist`,
    );
  });
});

describe("a rolling service", () => {
  beforeAll(() => begin("ROLLING"));
  afterAll(() => stage?.close());

  test("refuses one whose tasks do not admit the load balancer", async () => {
    const undo = await closedGroup(await partsOf(stage.simulator, "main"));
    const { findings } = await plan();
    expect(findings.map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /^the security groups of the tasks .* do not admit the load balancer .* on port 8080/,
      ),
    ]);
    await undo();
  });

  test("refuses one whose target group is behind no load balancer", async () => {
    await setProduction(undefined);
    const { findings } = await plan();
    expect(findings).toEqual([
      {
        text: "target group blue of the service is not attached to a load balancer: ECS rejects its tasks",
        fix: expect.stringContaining("aws elbv2 create-rule"),
      },
    ]);
  });
});
