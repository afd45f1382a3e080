import { expect, test } from "vitest";
import { createVirtualAccount, deployInputs } from "../deployment/virtual-run.support.ts";
import type { RunningDeployment, Snapshot } from "../engine.ts";
import { DeploymentRecord } from "../record.ts";
import { createReadyCheck, createReadyReader } from "./check-ready.ts";

const arn = (name: string) => `arn:aws:elasticloadbalancing:us-east-1:123456789012:${name}`;
const [blue, green] = [arn("targetgroup/blue/1"), arn("targetgroup/green/1")];
const listeners = { production: arn("listener/app/web/1/80"), test: arn("listener/app/web/1/8080") };

/** Two new tasks that wait for the traffic, as AWS shows them. */
const calm = {
  wanted: 2,
  health: ["HEALTHY", "HEALTHY"],
  targets: ["10.0.0.0", "10.0.0.1"],
  listeners: [listeners],
};

async function whyNotReady(changes: Partial<typeof calm>) {
  const shown = { ...calm, ...changes };
  const { answers, runs, context } = createVirtualAccount("CODE_DEPLOY");
  const setOf = (id: string, status: string, revision: string, targetGroupArn: string) => ({
    ...{ id, status, taskDefinition: revision, runningCount: 2, loadBalancers: [{ targetGroupArn }] },
    computedDesiredCount: status === "PRIMARY" ? 2 : shown.wanted,
  });
  const taskSets = [setOf("old", "PRIMARY", "web:1", blue), setOf("new", "ACTIVE", "web:2", green)];
  runs("web:1", { desired: 2, taskSets });
  const tasks = shown.health.map((healthStatus, index) => ({
    ...{ taskArn: `task-${index}`, taskDefinitionArn: "web:2", startedBy: "new", healthStatus },
    ...{ lastStatus: "RUNNING", desiredStatus: "RUNNING", startedAt: new Date(0) },
    attachments: [{ details: [{ name: "privateIPv4Address", value: `10.0.0.${index}` }] }],
  }));
  const forward = (TargetGroupArn: string) => ({
    Rules: [{ IsDefault: true, Actions: [{ Type: "forward", TargetGroupArn }] }],
  });
  Object.assign(answers, {
    ListTasks: ({ desiredStatus }: { desiredStatus?: string }) => ({
      taskArns: desiredStatus === "STOPPED" ? [] : tasks.map(({ taskArn }) => taskArn),
    }),
    DescribeTasks: { tasks },
    DescribeTaskDefinition: {
      taskDefinition: { containerDefinitions: [{ healthCheck: { command: ["x"] } }] },
    },
    DescribeTargetHealth: {
      TargetHealthDescriptions: shown.targets.map((Id) => ({
        Target: { Id },
        TargetHealth: { State: "healthy" },
      })),
    },
    DescribeRules: ({ ListenerArn }: { ListenerArn: string }) =>
      forward(ListenerArn === listeners.test ? green : blue),
    DescribeListeners: { Listeners: [{ Protocol: "HTTP", Port: 8080 }] },
    DescribeLoadBalancers: { LoadBalancers: [{ DNSName: "name", Scheme: "internal" }] },
  });
  const record = new DeploymentRecord("c", "web");
  const ready = {
    ...{ inputs: deployInputs("taskdef.json"), record, revision: "web:2" },
    running: { controller: "CODE_DEPLOY", id: "d-1" } as RunningDeployment,
    engine: { listeners: () => shown.listeners },
  };
  const check = createReadyCheck(context().context, ready);
  return { why: await createReadyReader(context().context, ready)({ startedBy: "new" }), record, check };
}

test("new tasks are ready with their address, while production still has the old revision", async () => {
  const { why, record } = await whyNotReady({});
  expect(why).toBe("");
  expect(record).toMatchObject({ testUrl: "http://name:8080/", production: ["web:1"] });
  expect(record.notes.join()).toContain("The load balancer is internal");
});

test.each<[string, Partial<typeof calm>, string]>([
  ["AWS wants another one", { wanted: 3 }, "2 of 3 targets of green are healthy"],
  ["nobody sees the listeners", { listeners: [] }, "AWS does not show the listeners of the service"],
  [
    "tasks of another revision serve with them",
    { targets: [...calm.targets, "10.0.0.9"] },
    "tasks of another revision are in the target group of the new ones",
  ],
  [
    "a container's health is not known",
    { health: ["HEALTHY", "UNKNOWN"] },
    "1 of 2 tasks pass their containers' health checks",
  ],
  [
    "a container is unhealthy",
    { health: ["HEALTHY", "UNHEALTHY"] },
    "1 of 2 tasks pass their containers' health checks; 1 tasks fail their containers' health checks",
  ],
])("new tasks are not ready while %s", async (_, changes, expected) => {
  const { why, record } = await whyNotReady(changes);
  expect(why).toBe(expected);
  expect(record).toMatchObject({ testUrl: "", production: [] });
});

test.each([
  ["started", false, "off"],
  ["ready", true, "settled"],
  ["traffic-shifted", true, "settled"],
] as const)("the check of a deployment that is %s, wanted %s, is %s", async (stage, reached, expected) => {
  const { check } = await whyNotReady({});
  expect(await check.poll({ stage, startedBy: "new" } as Snapshot, reached)).toBe(expected);
});

test("the load balancer is asked every five seconds", async () => {
  const { check } = await whyNotReady({ listeners: [] });
  expect(await check.poll({ stage: "ready", startedBy: "new" } as Snapshot, true)).toBe("waiting");
  expect([check.pauseMs(), check.why]).toEqual([5_000, "AWS does not show the listeners of the service"]);
});
