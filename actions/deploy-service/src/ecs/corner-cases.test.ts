import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  type ServiceDeployment,
  StopServiceDeploymentCommand,
  TagResourceCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import type { Clock } from "../../../shared/clock.ts";
import type { RunningService } from "../../../shared/ecs/service.ts";
import type { World } from "../clients.ts";
import { deployRevision } from "../deployment/deploy-revision.ts";
import type { Handle } from "../deployment/running-deployment.ts";
import { type DeployInputs, readDeployInputs } from "../inputs.ts";
import { readRun } from "../order/run.ts";
import { newRecord } from "../record.ts";
import { beginDeployment } from "./begin.ts";

const ecs = mockClient(ECSClient);
const minute = 60_000;
const arnOf = (id: string) => `arn:aws:ecs:us-east-1:1:service-deployment/c/web/${id}`;
const briefOf = (id: string, parts: object = {}) => ({
  serviceDeploymentArn: arnOf(id),
  targetServiceRevisionArn: `revision-of-${id}`,
  status: "SUCCESSFUL" as const,
  createdAt: new Date(Number(id.slice(2)) * 1_000),
  ...parts,
});

beforeEach(() => {
  ecs.reset();
  runs("web:1");
  ecs.on(ListTasksCommand).resolves({ taskArns: [] });
  ecs.on(DescribeTaskDefinitionCommand).resolves({ taskDefinition: { containerDefinitions: [] } });
  ecs.on(ListServiceDeploymentsCommand).resolves({ serviceDeployments: [briefOf("d-1")] });
  ecs.on(UpdateServiceCommand).resolves({
    service: {
      currentServiceDeployment: arnOf("d-2"),
      deployments: [{ status: "PRIMARY", id: "ecs-svc/2" }],
    },
  });
  ecs.on(StopServiceDeploymentCommand).resolves({});
});

function runs(taskDefinition: string, parts: object = {}) {
  const primary = { status: "PRIMARY", taskDefinition, runningCount: 1, desiredCount: 1 };
  const service = {
    status: "ACTIVE",
    serviceArn: "arn:web",
    taskDefinition,
    desiredCount: 1,
    deployments: [primary],
  };
  ecs.on(DescribeServicesCommand).resolves({ services: [{ ...service, ...parts }] });
}

const is = (parts: ServiceDeployment) =>
  ecs
    .on(DescribeServiceDeploymentsCommand)
    .resolves({ serviceDeployments: [{ createdAt: new Date(2_000), ...parts }] });

/** Time that passes only by waiting. */
function virtualClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    wait: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

const env = {
  GITHUB_REPOSITORY: "octocat/shop",
  GITHUB_WORKFLOW_REF: "octocat/shop/.github/workflows/deploy.yml@refs/heads/main",
  GITHUB_RUN_NUMBER: "12",
  GITHUB_RUN_ATTEMPT: "1",
};

async function run(changes: Partial<DeployInputs> = {}, budget = { ms: 90 * minute, given: false }) {
  const lines: string[] = [];
  const handles: (Handle | undefined)[] = [];
  const write = (line: string) => void lines.push(line);
  const world: World = {
    clients: {
      ecs: new ECSClient(),
      codedeploy: new CodeDeployClient(),
      logs: () => Promise.reject(new Error("no logs here")),
      elbv2: () => Promise.reject(new Error("no load balancer here")),
      ecr: () => Promise.reject(new Error("no registry here")),
      iam: () => Promise.reject(new Error("no roles here")),
      secretsManager: () => Promise.reject(new Error("no secrets here")),
    },
    clock: virtualClock(),
    log: { info: write, notice: write, warning: write },
    signal: new AbortController().signal,
    run: readRun(env),
    handOver: (handle) => void handles.push(handle),
  };
  const given: Record<string, string> = { cluster: "c", service: "web", "task-definition": "package.json" };
  const inputs = { ...readDeployInputs((name) => given[name] ?? ""), ...changes };
  const record = newRecord("c", "web");
  const begin = (revision: string, service: RunningService) =>
    beginDeployment(world, inputs, revision, service);
  const error = await deployRevision({
    world,
    inputs,
    record,
    budget,
    engine: { begin },
    revision: "web:2",
  }).then(
    () => undefined,
    (reason: Error) => reason,
  );
  return { record, error, handles, lines: lines.join("\n"), endedAt: world.clock.now() };
}

const updates = () => ecs.commandCalls(UpdateServiceCommand).map(({ args }) => args[0].input);
const named = (name: string, message = name) => Object.assign(new Error(message), { name });
const succeeds = () =>
  ecs.on(DescribeServiceDeploymentsCommand).callsFake(() => {
    runs("web:2");
    return { serviceDeployments: [{ status: "SUCCESSFUL" }] };
  });

test("count, force and alarms go into one update, beside the configuration the service has", async () => {
  const deploymentConfiguration = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5, maximumPercent: 150 };
  runs("web:1", { deploymentConfiguration });
  succeeds();
  const { record } = await run({ force: true, rollbackOnAlarm: ["5xx", "slow"] });
  expect(record.status).toBe("succeeded");
  expect(updates()).toEqual([
    {
      cluster: "c",
      service: "web",
      taskDefinition: "web:2",
      forceNewDeployment: true,
      deploymentConfiguration: {
        ...deploymentConfiguration,
        alarms: { alarmNames: ["5xx", "slow"], enable: true, rollback: true },
      },
    },
  ]);
});

test("the revision of a failed deployment is deployed anew", async () => {
  runs("web:2", {
    deployments: [
      {
        status: "PRIMARY",
        taskDefinition: "web:2",
        rolloutState: "FAILED",
        runningCount: 0,
        desiredCount: 1,
      },
    ],
  });
  succeeds();
  expect((await run()).record.status).toBe("succeeded");
  expect(updates()).toMatchObject([{ taskDefinition: "web:2", forceNewDeployment: true }]);
});

test("a service deployment that the update does not name is found by its revision", async () => {
  ecs.on(UpdateServiceCommand).resolves({ service: {} });
  let looks = 0;
  ecs.on(ListServiceDeploymentsCommand).callsFake(() => {
    looks += 1;
    // Once before the update, and once too early after it.
    const ids = looks <= 2 ? ["d-1"] : ["d-4", "d-3", "d-1"];
    return { serviceDeployments: ids.map((id) => briefOf(id)) };
  });
  ecs.on(DescribeServiceRevisionsCommand).resolves({
    serviceRevisions: [
      { serviceRevisionArn: "revision-of-d-4", taskDefinition: "web:9" },
      { serviceRevisionArn: "revision-of-d-3", taskDefinition: "web:2" },
    ],
  });
  succeeds();
  const { record, error } = await run();
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", deploymentId: arnOf("d-3") });
});

test("an update that ECS refuses changes nothing, and is told in its words", async () => {
  ecs
    .on(UpdateServiceCommand)
    .rejects(named("InvalidParameterException", "The container web does not exist."));
  const { error, record, handles } = await run();
  expect(error?.message).toBe("ECS refuses the deployment: The container web does not exist.");
  expect(record).toMatchObject({ changed: false, deploymentId: "" });
  expect(handles).toEqual([]);
});

test("another deployment that outlasts the deadline is named, and not broken off", async () => {
  ecs
    .on(ListServiceDeploymentsCommand)
    .resolves({ serviceDeployments: [briefOf("d-1", { status: "IN_PROGRESS" })] });
  is({ status: "IN_PROGRESS", lifecycleStage: "BAKE_TIME" });
  const { error, record, lines, endedAt } = await run({}, { ms: 10 * minute, given: true });
  expect(error?.message).toBe("The deadline passed while service deployment d-1 went on");
  expect(lines).toContain("Waiting for service deployment d-1 (BAKE_TIME).");
  expect(record.status).toBe("timed-out");
  expect(updates()).toEqual([]);
  expect(endedAt).toBe(10 * minute);
});

test.each<[DeployInputs["onCancel"], string | undefined]>([
  ["rollback", "ROLLBACK"],
  ["stop", "ABORT"],
  ["leave", undefined],
])("passing the deadline is red, exactly then, and does %s", async (onCancel, stopType) => {
  is({ status: "IN_PROGRESS" });
  ecs.on(StopServiceDeploymentCommand).callsFake(() => void is({ status: "ROLLBACK_SUCCESSFUL" }));
  const { record, error, endedAt } = await run({ onCancel }, { ms: 30 * minute, given: true });
  expect(record.status).toBe("timed-out");
  expect(error?.message).toMatch(
    /not done after 30 min; service deployment d-2 \w+; production still runs web:1/,
  );
  expect(endedAt).toBe(30 * minute);
  const stops = ecs.commandCalls(StopServiceDeploymentCommand).map(({ args }) => args[0].input);
  expect(stops).toEqual(stopType === undefined ? [] : [{ serviceDeploymentArn: arnOf("d-2"), stopType }]);
});

test("where ECS does not stop without rolling back, that is said, and the post step is left the rest", async () => {
  ecs.on(DescribeServiceDeploymentsCommand).rejects(named("AccessDeniedException", "no describing"));
  ecs.on(StopServiceDeploymentCommand).rejects(named("InvalidParameterException", "Invalid stopType"));
  const { error, record, handles } = await run({ onCancel: "stop" });
  expect(error?.message).toMatch(
    /^The AWS role may not do this: no describing, so service deployment d-2 could not be followed to its end; it goes on, as it could not be stopped \(on-cancel: stop\): ECS ends no deployment without rolling back/,
  );
  expect(record.status).toBe("lost");
  expect(handles.at(-1)).toEqual({ controller: "ECS", id: arnOf("d-2") });
});

test("too many failed tasks, as ECS counts them, roll back", async () => {
  is({ status: "IN_PROGRESS", deploymentCircuitBreaker: { failureCount: 3 } });
  ecs
    .on(StopServiceDeploymentCommand)
    .callsFake(
      () => void is({ status: "ROLLBACK_SUCCESSFUL", rollback: { reason: "A user asked for it." } }),
    );
  const { record, error } = await run();
  expect(record.status).toBe("rolled-back");
  expect(error?.message).toMatch(/service deployment d-2 ROLLBACK_SUCCESSFUL; production still runs web:1/);
});

test("an alarm is the cause", async () => {
  is({
    status: "ROLLBACK_SUCCESSFUL",
    rollback: { reason: "Alarm detected." },
    alarms: { triggeredAlarmNames: ["5xx"] },
  });
  const { record, error } = await run();
  expect(record).toMatchObject({
    status: "rolled-back",
    cause: "Alarm 5xx went off during the deployment",
  });
  expect(error?.message).toMatch(/^Alarm 5xx went off/);
});

test("production is said to be mixed when it is", async () => {
  is({ status: "ROLLBACK_FAILED", statusReason: "No capacity." });
  runs("web:1", {
    deployments: [
      { status: "PRIMARY", taskDefinition: "web:1", runningCount: 1, desiredCount: 2 },
      { status: "ACTIVE", taskDefinition: "web:2", runningCount: 1, desiredCount: 0 },
    ],
  });
  const { record, error } = await run();
  expect(record.status).toBe("failed");
  expect(error?.message).toMatch(/ROLLBACK_FAILED; production runs web:1 and web:2\)$/);
});

const tagged = (value: string) => ({ tags: [{ key: "deploy-service:run", value }] });
const workflow = "workflow=octocat/shop/.github/workflows/deploy.yml";

test.each<[string, string, Partial<DeployInputs>, boolean]>([
  ["a newer run's revision", `run=13.1 revision=web:1 ${workflow}`, {}, true],
  ["a newer run's revision, by force", `run=13.1 revision=web:1 ${workflow}`, { force: true }, false],
  ["this run's own first try", `run=12.1 revision=web:1 ${workflow}`, {}, false],
  ["an older run's revision", `run=11.3 revision=web:1 ${workflow}`, {}, false],
  ["a revision after what a newer run tried in vain", `run=13.1 revision=web:7 ${workflow}`, {}, false],
  ["another workflow's revision", `run=99.1 revision=web:1 ${workflow}x`, {}, false],
])("production that is %s", async (_, tag, inputs, refused) => {
  runs("web:1", tagged(tag));
  succeeds();
  const { record, error } = await run(inputs);
  expect(record.status).toBe(refused ? "superseded" : "succeeded");
  if (!refused) return;
  expect(error?.message).toBe(
    "Run 13 of .github/workflows/deploy.yml has brought web:1 of web into production already; this is the older run 12",
  );
  expect(updates()).toEqual([]);
});

test("a run that a newer one overtakes while it waits gives way", async () => {
  ecs
    .on(ListServiceDeploymentsCommand)
    .resolves({ serviceDeployments: [briefOf("d-1", { status: "IN_PROGRESS" })] });
  ecs.on(DescribeServiceDeploymentsCommand).callsFake(() => {
    runs("web:3", tagged(`run=13.1 revision=web:3 ${workflow}`));
    return { serviceDeployments: [{ status: "SUCCESSFUL" }] };
  });
  const { record } = await run();
  expect(record.status).toBe("superseded");
  expect(updates()).toEqual([]);
});

test("each deployment notes its run on the service; that it cannot is a warning", async () => {
  succeeds();
  ecs.on(TagResourceCommand).rejects(named("AccessDeniedException", "no tagging"));
  const { record, lines } = await run();
  expect(record.status).toBe("succeeded");
  expect(ecs.commandCalls(TagResourceCommand)[0]?.args[0].input).toEqual({
    resourceArn: "arn:web",
    tags: [{ key: "deploy-service:run", value: `run=12.1 revision=web:2 ${workflow}` }],
  });
  expect(lines).toContain("an older run could replace this one: The AWS role may not do this: no tagging");
});
