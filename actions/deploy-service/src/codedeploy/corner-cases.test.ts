import {
  CodeDeployClient,
  CreateDeploymentCommand,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-codedeploy";
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTasksCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import type { Clock } from "../../../shared/clock.ts";
import type { RunningService } from "../../../shared/ecs/service.ts";
import type { Failure } from "../../../shared/failure.ts";
import type { World } from "../clients.ts";
import { deployRevision } from "../deployment/deploy-revision.ts";
import type { Handle } from "../deployment/running-deployment.ts";
import { type DeployInputs, readDeployInputs } from "../inputs.ts";
import { newRecord } from "../record.ts";
import { beginDeployment } from "./begin.ts";

const ecs = mockClient(ECSClient);
const codedeploy = mockClient(CodeDeployClient);
const minute = 60_000;

beforeEach(() => {
  ecs.reset();
  codedeploy.reset();
  runs("web:1");
  ecs.on(ListTasksCommand).resolves({ taskArns: [] });
  ecs.on(DescribeTaskDefinitionCommand).resolves({ taskDefinition: { containerDefinitions: [] } });
  codedeploy.on(CreateDeploymentCommand).resolves({ deploymentId: "d-1" });
  codedeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: ["c:web"] });
  codedeploy.on(GetDeploymentTargetCommand).resolves({ deploymentTarget: { ecsTarget: {} } });
  codedeploy.on(StopDeploymentCommand).resolves({ status: "Pending" });
});

function runs(taskDefinition: string, runningCount = 1, desiredCount = 1) {
  const primary = { status: "PRIMARY", taskDefinition, runningCount, computedDesiredCount: desiredCount };
  ecs
    .on(DescribeServicesCommand)
    .resolves({ services: [{ status: "ACTIVE", desiredCount, taskSets: [primary] }] });
}

const named = (name: string) => Object.assign(new Error(name), { name });

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
    run: undefined,
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

const status = (name: string) => ({ deploymentInfo: { status: name as "Created" } });

test("a success that another deployment overtook is red", async () => {
  codedeploy.on(GetDeploymentCommand).resolves(status("Succeeded"));
  runs("web:3");
  const { record, error } = await run();
  expect(error?.message).toBe("Deployment d-1 succeeded, but web runs web:3 now, not web:2");
  expect(record.status).toBe("superseded");
});

test("a success without its tasks is red", async () => {
  codedeploy.on(GetDeploymentCommand).resolves(status("Succeeded"));
  runs("web:2", 0);
  const { error } = await run({}, { ms: 90 * minute, given: false });
  expect(error?.message).toBe("web runs 0 of 1 tasks after its deployment");
});

test.each<[DeployInputs["onCancel"], boolean | undefined]>([
  ["rollback", true],
  ["stop", false],
  ["leave", undefined],
])("passing the deadline is red, exactly then, and does %s", async (onCancel, autoRollbackEnabled) => {
  codedeploy.on(GetDeploymentCommand).resolves(status("InProgress"));
  codedeploy.on(StopDeploymentCommand).callsFake(() => {
    codedeploy.on(GetDeploymentCommand).resolves(status("Stopped"));
    return { status: "Succeeded" };
  });
  const { record, error, endedAt } = await run({ onCancel }, { ms: 30 * minute, given: true });
  expect(record.status).toBe("timed-out");
  expect(error?.message).toMatch(
    /not done after 30 min; deployment d-1 (Stopped|InProgress); production still runs web:1/,
  );
  expect(endedAt).toBe(30 * minute);
  const stops = codedeploy.commandCalls(StopDeploymentCommand).map(({ args }) => args[0].input);
  expect(stops).toEqual(
    autoRollbackEnabled === undefined ? [] : [{ deploymentId: "d-1", autoRollbackEnabled }],
  );
});

test("a deployment that ends at the deadline is still seen", async () => {
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    // Fifteen seconds is the longest pause: the last look before the deadline cannot be later than this.
    const calls = codedeploy.commandCalls(GetDeploymentCommand).length;
    if (calls === 2) runs("web:2");
    return status(calls >= 2 ? "Succeeded" : "InProgress");
  });
  const { record, endedAt } = await run({}, { ms: 1_000, given: true });
  expect(record.status).toBe("succeeded");
  expect(endedAt).toBe(1_000);
});

test("throttling slows the looking down and is said", async () => {
  codedeploy
    .on(GetDeploymentCommand)
    .rejectsOnce(named("ThrottlingException"))
    .callsFake(() => {
      runs("web:2");
      return status("Succeeded");
    });
  const { record, lines, endedAt } = await run();
  expect(record.status).toBe("succeeded");
  expect(lines).toContain("AWS throttles; asking less often.");
  expect(endedAt).toBeGreaterThanOrEqual(13_500);
});

test("another deployment that outlasts the deadline is named, and nothing is deployed", async () => {
  codedeploy.on(CreateDeploymentCommand).rejects(named("DeploymentLimitExceededException"));
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: ["d-0"] });
  codedeploy.on(GetDeploymentCommand).resolves(status("InProgress"));
  const { record, error, lines, endedAt } = await run({}, { ms: 10 * minute, given: true });
  expect(error?.message).toBe("The deadline passed while deployment d-0 of group DgpECS-c-web went on");
  expect(lines).toContain("Waiting for deployment d-0");
  expect(record).toMatchObject({ status: "timed-out", changed: false, deploymentId: "" });
  expect(endedAt).toBe(10 * minute);
});

test("a revision that the awaited deployment brought needs none of its own", async () => {
  codedeploy.on(CreateDeploymentCommand).rejects(named("DeploymentLimitExceededException"));
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: ["d-0"] });
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    runs("web:2");
    return status("Succeeded");
  });
  const { record, error } = await run();
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", changed: false, deploymentId: "" });
});

test("a deployment that someone else stops is red, with what CodeDeploy says", async () => {
  const errorInformation = { code: "MANUAL_STOP", message: "The deployment was stopped by a user." } as const;
  codedeploy
    .on(GetDeploymentCommand)
    .resolves({ deploymentInfo: { status: "Stopped", errorInformation, rollbackInfo: {} } });
  const { record, error } = await run();
  expect(record.status).toBe("stopped");
  expect(error?.message).toMatch(
    /^CodeDeploy ended the deployment \(MANUAL_STOP\): The deployment was stopped by a user/,
  );
});

const expired = named("ExpiredTokenException");

test.each<[string, DeployInputs["onCancel"], Error | undefined, RegExp, boolean]>([
  ["are left, as asked", "leave", undefined, /it goes on \(on-cancel: leave\)$/, true],
  [
    "go on when they cannot be rolled back either",
    "rollback",
    expired,
    /it goes on, as it could not be stopped and rolled back \(on-cancel: rollback\): The AWS credentials have expired/,
    false,
  ],
  [
    "are rolled back when the credentials renew themselves",
    "rollback",
    undefined,
    /it is being stopped and rolled back \(on-cancel: rollback\)$/,
    true,
  ],
])("deployments that credentials do not outlive %s", async (_, onCancel, onStop, message, decided) => {
  codedeploy.on(GetDeploymentCommand).rejects(expired);
  if (onStop) codedeploy.on(StopDeploymentCommand).rejects(onStop);
  const { record, error, handles } = await run({ onCancel });
  expect(error?.message).toMatch(
    /^The AWS credentials have expired .*, so deployment d-1 could not be followed/,
  );
  expect(error?.message).toMatch(message);
  expect((error as Failure).nextStep).toContain("let this job's credentials outlive it");
  expect(record).toMatchObject({ status: "lost", deploymentId: "d-1" });
  // What is not decided, the post step tries again.
  expect(handles.at(-1)).toEqual(decided ? undefined : { controller: "CODE_DEPLOY", id: "d-1" });
});

const unavailable = Object.assign(named("ServiceUnavailableException"), {
  $fault: "server",
  $metadata: { httpStatusCode: 503 },
});

test("AWS failing for a while is said and survived", async () => {
  codedeploy
    .on(GetDeploymentCommand)
    .rejectsOnce(unavailable)
    .rejectsOnce(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }))
    .callsFake(() => {
      runs("web:2");
      return status("Succeeded");
    });
  const { record, lines } = await run();
  expect(record.status).toBe("succeeded");
  expect(lines).toContain("AWS does not answer (ServiceUnavailableException); asking on for 5 min.");
  expect(lines).toContain("AWS answers again.");
});

test("AWS failing for longer gives the deployment up, rolled back as far as possible", async () => {
  codedeploy.on(GetDeploymentCommand).rejects(unavailable);
  const { record, error, endedAt } = await run();
  expect(error?.message).toMatch(/could not be followed to its end; it is being stopped and rolled back/);
  expect(record.status).toBe("lost");
  expect(endedAt).toBeGreaterThanOrEqual(5 * minute);
  expect(endedAt).toBeLessThan(6 * minute);
});

test("a new desired count is set before the deployment, so that its tasks are verified at that count", async () => {
  const order: string[] = [];
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  ecs.on(UpdateServiceCommand).callsFake(({ desiredCount }) => void order.push(`count ${desiredCount}`));
  codedeploy.on(CreateDeploymentCommand).callsFake(() => {
    order.push("deployment");
    return { deploymentId: "d-1" };
  });
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    runs("web:2", 3, 3);
    return status("Succeeded");
  });
  const { record } = await run({ desiredCount: 3 });
  expect(record.status).toBe("succeeded");
  expect(order).toEqual(["count 3", "deployment"]);
});

test.each<[string, Partial<DeployInputs>, number, string]>([
  ["to nothing", {}, 0, "web is scaled to 0 tasks now: the deployment proves nothing"],
  [
    "below the wanted count",
    { desiredCount: 3 },
    1,
    "web is scaled to 1 tasks now, not to the 3 of desired-count",
  ],
])("a success of a service that somebody scaled %s is red", async (_, inputs, count, message) => {
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    runs("web:2", count, count);
    return status("Succeeded");
  });
  const { record, error } = await run(inputs);
  expect(error?.message).toContain(message);
  expect(record.status).toBe("failed");
});

test("no task is green when no task is what was asked for", async () => {
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    runs("web:2", 0, 0);
    return status("Succeeded");
  });
  const { record, error } = await run({ desiredCount: 0 });
  expect(error).toBeUndefined();
  expect(record.status).toBe("succeeded");
});

test("what runs already is only scaled, or deployed anew when forced", async () => {
  runs("web:2");
  ecs.on(UpdateServiceCommand).callsFake(() => void runs("web:2", 2, 2));
  expect((await run({ desiredCount: 2 })).record).toMatchObject({
    status: "succeeded",
    changed: true,
    deploymentId: "",
  });
  codedeploy.on(GetDeploymentCommand).resolves(status("Succeeded"));
  expect((await run({ force: true })).record).toMatchObject({ status: "succeeded", deploymentId: "d-1" });
});

test("alarms are watched for this deployment, and roll it back", async () => {
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    runs("web:2");
    return status("Succeeded");
  });
  await run({ rollbackOnAlarm: ["5xx"] });
  expect(codedeploy.commandCalls(CreateDeploymentCommand)[0]?.args[0].input).toMatchObject({
    overrideAlarmConfiguration: { enabled: true, alarms: [{ name: "5xx" }] },
    autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"] },
  });
});

test("a deployment that is late and cannot be stopped is said to go on, and left to the post step", async () => {
  codedeploy.on(GetDeploymentCommand).resolves(status("InProgress"));
  codedeploy.on(StopDeploymentCommand).rejects(named("AccessDeniedException"));
  const { record, error, handles } = await run({}, { ms: 30 * minute, given: true });
  expect(record.status).toBe("timed-out");
  expect(error?.message).toContain(
    "deployment d-1 InProgress; it goes on, as it could not be stopped: The AWS role may not do this: AccessDeniedException; production still runs web:1",
  );
  expect(handles.at(-1)).toEqual({ controller: "CODE_DEPLOY", id: "d-1" });
});

test("tasks that a new count asks for have as long as a deployment to start", async () => {
  runs("web:2");
  ecs.on(UpdateServiceCommand).callsFake(() => void runs("web:2", 1, 3));
  const { error, endedAt } = await run({ desiredCount: 3 }, { ms: 20 * minute, given: true });
  expect(error?.message).toBe("web runs 1 of 3 tasks after its deployment");
  expect(endedAt).toBeGreaterThanOrEqual(20 * minute);
});
