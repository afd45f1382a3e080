import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createStage, type Stage } from "../stage.support.ts";

let stage: Stage;
let loadBalancer = "";
let listener = "";
const groups: Record<string, string> = {};

beforeAll(async () => {
  stage = await createStage();
  const { elbv2 } = stage.simulator.aws;
  const { TargetGroups = [] } = await elbv2.describeTargetGroups({});
  for (const { TargetGroupName = "", TargetGroupArn = "" } of TargetGroups)
    groups[TargetGroupName] = TargetGroupArn;
  loadBalancer = TargetGroups[0]?.LoadBalancerArns?.[0] ?? "";
  const { Listeners = [] } = await elbv2.describeListeners({ LoadBalancerArn: loadBalancer });
  listener = Listeners.find(({ Port }) => Port === 80)?.ListenerArn ?? "";
});
afterAll(() => stage?.close());

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function plan() {
  const { record, error } = await stage.deploy("1", { mode: "plan" });
  return { findings: record.findings, error };
}

const forward = (TargetGroupArn = "") => [{ Type: "forward" as const, TargetGroupArn }];
const nothing = [{ Type: "fixed-response" as const, FixedResponseConfig: { StatusCode: "404" } }];

async function setDefault(DefaultActions: ReturnType<typeof forward> | typeof nothing) {
  const { elbv2 } = stage.simulator.aws;
  await elbv2.modifyListener({ ListenerArn: listener, DefaultActions });
  undo.push(() => elbv2.modifyListener({ ListenerArn: listener, DefaultActions: forward(groups.blue) }));
}

async function addRule(TargetGroupArn = "") {
  const { elbv2 } = stage.simulator.aws;
  const { Rules } = await elbv2.createRule({
    ListenerArn: listener,
    Priority: 10,
    Conditions: [{ Field: "path-pattern", Values: ["/admin/*"] }],
    Actions: forward(TargetGroupArn),
  });
  undo.push(() => elbv2.deleteRule({ RuleArn: Rules?.[0]?.RuleArn }));
}

async function createGroup(
  Name: string,
  settings: { HealthCheckPath?: string; HealthCheckPort?: string } = {},
) {
  const { elbv2 } = stage.simulator.aws;
  const { TargetGroups } = await elbv2.describeTargetGroups({ Names: ["blue"] });
  const created = await elbv2.createTargetGroup({
    Name,
    Protocol: "HTTP",
    Port: 8080,
    VpcId: TargetGroups?.[0]?.VpcId,
    TargetType: "ip",
    ...settings,
  });
  const TargetGroupArn = created.TargetGroups?.[0]?.TargetGroupArn ?? "";
  undo.push(() => elbv2.deleteTargetGroup({ TargetGroupArn }));
  return TargetGroupArn;
}

async function pairWith(names: [string, string], production = listener) {
  const { codedeploy } = stage.simulator.aws;
  const update = (pair: [string, string], arn: string) =>
    codedeploy.updateDeploymentGroup({
      applicationName: "outside",
      currentDeploymentGroupName: "web",
      loadBalancerInfo: {
        targetGroupPairInfoList: [
          { prodTrafficRoute: { listenerArns: [arn] }, targetGroups: pair.map((name) => ({ name })) },
        ],
      },
    });
  await update(names, production);
  undo.push(() => update(["blue", "green"], listener));
}

async function createBalancerBefore(targetGroup: string) {
  const { elbv2 } = stage.simulator.aws;
  const { LoadBalancers } = await elbv2.describeLoadBalancers({ LoadBalancerArns: [loadBalancer] });
  const { AvailabilityZones = [], SecurityGroups } = LoadBalancers?.[0] ?? {};
  const created = await elbv2.createLoadBalancer({
    Name: "second",
    Subnets: AvailabilityZones.flatMap(({ SubnetId }) => SubnetId ?? []),
    SecurityGroups,
  });
  const LoadBalancerArn = created.LoadBalancers?.[0]?.LoadBalancerArn ?? "";
  await elbv2.createListener({
    LoadBalancerArn,
    Protocol: "HTTP",
    Port: 8090,
    DefaultActions: forward(targetGroup),
  });
  undo.push(() => elbv2.deleteLoadBalancer({ LoadBalancerArn }));
}

const primaryBehind = /CodeDeploy would end with "Primary taskset target group must be behind listener"$/;

test.each<[string, () => Promise<unknown>, RegExp[], () => string | RegExp]>([
  [
    "a production listener that forwards to the other target group",
    () => setDefault(forward(groups.green)),
    [
      /^the production listener HTTP:80 forwards to green \(default\), but .* primary task set is behind blue/,
      primaryBehind,
    ],
    () =>
      `aws elbv2 modify-listener --listener-arn ${listener} --default-actions Type=forward,TargetGroupArn=${groups.blue}`,
  ],
  [
    "a rule that forwards to the other target group, with a default that forwards nowhere",
    async () => {
      await setDefault(nothing);
      await addRule(groups.green);
    },
    [/forwards to green \(path-pattern \/admin\/\*\), but/, primaryBehind],
    () =>
      new RegExp(
        `^aws elbv2 modify-rule --rule-arn \\S+ --actions Type=forward,TargetGroupArn=${groups.blue}$`,
      ),
  ],
  [
    "a production listener that forwards nowhere",
    () => setDefault(nothing),
    [/forwards to no target group, but/, primaryBehind],
    () => /^add a rule for the service's requests: aws elbv2 create-rule --listener-arn/,
  ],
  [
    "a missing listener",
    async () => {
      const { elbv2 } = stage.simulator.aws;
      const created = await elbv2.createListener({
        ...{ LoadBalancerArn: loadBalancer, Protocol: "HTTP", Port: 8091 },
        DefaultActions: forward(groups.blue),
      });
      const { ListenerArn = "" } = created.Listeners?.[0] ?? {};
      await pairWith(["blue", "green"], ListenerArn);
      await elbv2.deleteListener({ ListenerArn });
    },
    [/^production listener \S+:listener\/\S+, used by deployment group web, does not exist$/],
    () => /correct deployment group web/,
  ],
  [
    "a missing target group",
    async () => {
      const TargetGroupArn = await createGroup("gone");
      await pairWith(["blue", "gone"]);
      await stage.simulator.aws.elbv2.deleteTargetGroup({ TargetGroupArn });
      undo.splice(0, 1);
    },
    [/^target group gone, used by deployment group web, does not exist$/],
    () => /create it, or correct deployment group web/,
  ],
  [
    "a pair of two load balancers",
    async () => {
      const apart = await createGroup("apart");
      await createBalancerBefore(apart);
      await pairWith(["blue", "apart"]);
    },
    [/^target groups blue and apart belong to different load balancers \(outside and second\)/],
    () => /behind listeners of one load balancer/,
  ],
  [
    "a pair without the target group of production",
    async () => {
      await createGroup("white");
      await pairWith(["green", "white"]);
    },
    [/primary task set is behind target group blue, which is not in the pair .* \(green, white\)$/],
    () => /add blue to the pair/,
  ],
])("finds %s and shows its fix", async (_, prepare, texts, fix) => {
  await prepare();
  const { findings, error } = await plan();
  expect(findings).toHaveLength(1);
  for (const text of texts) expect(findings[0]?.text).toMatch(text);
  const expected = fix();
  if (typeof expected === "string") expect(findings[0]?.fix).toBe(expected);
  else expect(findings[0]?.fix).toMatch(expected);
  expect(error?.message).toBe(findings[0]?.text);
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    "a rule left behind on the idle target group",
    () => addRule(groups.green),
    /^The production listener HTTP:80 \(path-pattern \/admin\/\*\) forwards to green, while .* visitors reach no tasks there$/,
  ],
  [
    "health checks that differ",
    async () => {
      await createGroup("other-health", { HealthCheckPath: "/health" });
      await pairWith(["blue", "other-health"]);
    },
    /^The health checks of target groups blue and other-health differ \(HealthCheckPath \/ and \/health\)/,
  ],
  [
    "health checks of a port that no container has",
    async () => {
      const { ec2, elbv2 } = stage.simulator.aws;
      const { LoadBalancers } = await elbv2.describeLoadBalancers({});
      const GroupId = LoadBalancers?.[0]?.SecurityGroups?.[0];
      const ports = { FromPort: 9090, ToPort: 9090 };
      await ec2.authorizeSecurityGroupIngress({ GroupId, IpProtocol: "tcp", CidrIp: "0.0.0.0/0", ...ports });
      await createGroup("other-port", { HealthCheckPort: "9090" });
      await pairWith(["blue", "other-port"]);
    },
    /^Health checks of target group other-port go to port 9090, which no container maps \(8080\)/,
  ],
])("only warns of %s", async (_, prepare, text) => {
  await prepare();
  const { findings, error } = await plan();
  expect(error).toBeUndefined();
  const fix = expect.stringMatching(/aws elbv2/);
  expect(findings).toContainEqual({ kind: "advice", text: expect.stringMatching(text), fix });
  expect(findings.every(({ kind }) => kind === "advice")).toBe(true);
});

test("prevents the foreseen fault by its fix", async () => {
  const { elbv2 } = stage.simulator.aws;
  await setDefault(forward(groups.green));
  const { findings } = await plan();
  const [, arn, target] = /--listener-arn (\S+) .*TargetGroupArn=(\S+)$/.exec(findings[0]?.fix ?? "") ?? [];
  await elbv2.modifyListener({ ListenerArn: arn, DefaultActions: forward(target) });
  expect((await stage.deploy("fixed")).record.status).toBe("succeeded");
  expect(await stage.page()).toBe("fixed");
  undo.splice(0);
});
