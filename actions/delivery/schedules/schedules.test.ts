import { UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { allow, callerWith, document, roleArn } from "@ecs-delivery/simulator/permissions/caller.support";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, test, vi } from "vitest";
import { deploy } from "../deploy.ts";
import { DeploymentRecord } from "../record.ts";
import { clientsOf, createStage, trustOf } from "../stage.support.ts";
import { summaryOf } from "../summary.ts";
import { verdict } from "../verdict.ts";
import { everyPage } from "./read.ts";

const simulator = await startTestSimulator({ permissions: "enforce", warn: () => {} });
const { aws, clock } = simulator;
const createRole = (RoleName: string, service: string, statements: object[] = []) =>
  aws.iam
    .createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trustOf(service)) })
    .then(() => statements[0] && setPolicy(RoleName, statements));
const setPolicy = (RoleName: string, statements: object[]) =>
  aws.iam.putRolePolicy({ RoleName, PolicyName: "p", PolicyDocument: document(statements) });
await createRole("deploy", "codedeploy.amazonaws.com", [allow("*")]);
const stage = await createStage(simulator);
afterAll(() => stage.close());
await setPolicy("execution", [allow(["ecr:*", "logs:*"])]);
const starts = [
  allow("ecs:RunTask"),
  allow("iam:PassRole", roleArn("execution"), {
    Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
  }),
];
await createRole("rules", "events.amazonaws.com", starts);
await createRole("timed", "scheduler.amazonaws.com", starts);
await aws.ecs.createCluster({ clusterName: "other" });
await aws.scheduler.createScheduleGroup({ Name: "reports" });

const cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/outside";
const revision = (number: number | string, family = "web", account = "123456789012") =>
  `arn:aws:ecs:us-east-1:${account}:task-definition/${family}${number && `:${number}`}`;
const found = await aws.ecs.describeServices({ cluster: "outside", services: ["web"] });
const { subnets: Subnets = [], securityGroups: SecurityGroups = [] } =
  found.services?.[0]?.networkConfiguration?.awsvpcConfiguration ?? {};
const awsvpcConfiguration = { Subnets, SecurityGroups, AssignPublicIp: "ENABLED" as const };
const parameters = (TaskDefinitionArn: string) => ({
  ...{ TaskDefinitionArn, TaskCount: 1, LaunchType: "FARGATE" as const, Group: "nightly" },
  NetworkConfiguration: { awsvpcConfiguration },
});
const Input = '{ "containerOverrides":[{"name":"web","environment":[{"name":"JOB","value":"é"}]}] }';
const target = (RoleArn: string, TaskDefinitionArn = revision(1), Arn = cluster) => ({
  ...{ Arn, RoleArn: roleArn(RoleArn), Input, EcsParameters: parameters(TaskDefinitionArn) },
});
const log = { Id: "log", Arn: "arn:aws:logs:us-east-1:123456789012:log-group:web" };

async function rule(Name: string, State: "ENABLED" | "DISABLED" = "ENABLED", own: object = target("rules")) {
  await aws.events.putRule({ Name, State, ScheduleExpression: "rate(1 hour)" });
  await aws.events.putTargets({ Rule: Name, Targets: [log, { Id: "task", ...own } as never] });
}
const timedSettings = (Name: string, GroupName: string, Target = target("timed")) => ({
  ...{ Name, GroupName, Target, Description: "why", ScheduleExpressionTimezone: "Europe/Paris" },
  ...{ ScheduleExpression: "cron(0/30 * * * ? *)", ActionAfterCompletion: "DELETE" as const },
  FlexibleTimeWindow: { Mode: "OFF" as const },
});
const timed = (Name: string, GroupName = "default", Target = target("timed")) =>
  aws.scheduler.createSchedule(timedSettings(Name, GroupName, Target));

const nothing = await stage.deploy("none", { schedules: ["auto"], mode: "plan" });
await rule("nightly");
await timed("weekly", "reports");

const read = async () => ({
  rule: (await aws.events.listTargetsByRule({ Rule: "nightly" })).Targets,
  timed: await aws.scheduler.getSchedule({ Name: "weekly", GroupName: "reports" }),
});
const uses = async () => {
  const { rule: targets = [], timed: schedule } = await read();
  return [targets[1], schedule.Target].map((each) => each?.EcsParameters?.TaskDefinitionArn?.split("/")[1]);
};
const names = ["nightly", "reports/weekly"];

test("moves rules and schedules after the deployment, which start the new revision and keep all else", async () => {
  const before = await read();
  const plan = await stage.deploy("two", { schedules: names, mode: "plan" });
  expect(plan.record.plan?.serviceChanges).toEqual([
    "~ schedule nightly: web:1 → the new revision",
    "~ schedule reports/weekly: web:1 → the new revision",
  ]);
  expect(await read()).toEqual(before);
  const { error, record } = await stage.deploy("two", { schedules: names });
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ schedules: names, changed: true });
  const moved = JSON.parse(
    JSON.stringify(before).replaceAll(`"${revision(1)}"`, JSON.stringify(record.revisionAfter)),
  );
  const { LastModificationDate: _, ...kept } = moved.timed;
  expect(JSON.parse(JSON.stringify(await read()))).toMatchObject({ rule: moved.rule, timed: kept });
  expect(JSON.stringify(summaryOf(record))).toContain("nightly, reports/weekly");
  const startedBy = async () => {
    const { taskArns: tasks = [] } = await aws.ecs.listTasks({ cluster: "outside", family: "web" });
    const { tasks: seen = [] } = await aws.ecs.describeTasks({ cluster: "outside", tasks });
    return seen
      .filter(({ taskDefinitionArn }) => taskDefinitionArn === record.revisionAfter)
      .map((each) => each.startedBy);
  };
  const both = ["events-rule/nightly", "chronos-schedule/weekly"];
  await clock.eventually(async () => expect(await startedBy()).toEqual(expect.arrayContaining(both)));
});

test("completes what an earlier run left, and reports a schedule that it could not move", async () => {
  const old = await uses();
  for (const operation of ["events:PutTargets", "scheduler:UpdateSchedule"])
    simulator.faults.add({ kind: "unavailable", operation });
  const lost = await stage.deploy("three", { schedules: names });
  simulator.faults.clear();
  expect(lost.error?.message).toMatch(/^web runs web:\d+, but 2 schedules could not be moved to it: nightly/);
  expect(verdict(lost.record)).toMatch(
    /^web:\d+ \(three\) deployed after .*, but not every schedule starts it/,
  );
  expect(lost.warnings.filter((line) => line.includes("trying again"))).toHaveLength(1);
  simulator.faults.add({ kind: "deny", operation: "scheduler:UpdateSchedule", times: 1 });
  const { error, record } = await stage.deploy("three", { schedules: names });
  expect(error?.message).toMatch(
    /^web runs web:\d+, but 1 schedule could not be moved to it: reports\/weekly/,
  );
  expect(record).toMatchObject({ status: "failed", schedules: ["nightly"] });
  expect(verdict(record)).toMatch(/^web:\d+ \(three\) already runs, but not every schedule starts it/);
  const now = record.revisionAfter.split("/")[1];
  expect(await uses()).toEqual([now, old[1]]);
  const again = await stage.deploy("three", { schedules: names });
  expect(again.error).toBeUndefined();
  expect(again.record.deploymentId).toBe("");
  expect(again.record.plan?.serviceChanges).toEqual([`~ schedule reports/weekly: ${old[1]} → ${now}`]);
  expect(await uses()).toEqual([now, now]);
});

await rule("off", "DISABLED");
await rule("elsewhere", "ENABLED", target("rules", revision(1), cluster.replace("outside", "other")));
await rule("foreign", "ENABLED", target("rules", revision(1, "web", "210987654321")));
await rule("logs-only", "ENABLED", log);
await timed("api", "default", target("timed", revision(1, "api")));
await aws.scheduler.createSchedule({
  ...timedSettings("once", "default"),
  ...{ ScheduleExpression: "at(2020-02-29T08:00:00)", ActionAfterCompletion: "NONE" },
});
const at = (ms: number) => `at(${new Date(clock.now().getTime() + ms).toISOString().slice(0, 19)})`;
await aws.scheduler.createSchedule({
  ...timedSettings("once-in-kiritimati", "default"),
  ...{ ScheduleExpression: at(10 * 3_600_000), ScheduleExpressionTimezone: "Pacific/Kiritimati" },
  ActionAfterCompletion: "NONE",
});
await aws.scheduler.createSchedule({ ...timedSettings("paused", "default"), State: "DISABLED" });
await timed("roleless", "default", target("gone"));
await rule("twin");
await timed("twin");

test.each<[string[], RegExp]>([
  [["none"], /^schedule none does not exist/],
  [["reports/none"], /^schedule reports\/none does not exist/],
  [["off"], /^schedule off is disabled or has ended/],
  [["once"], /^schedule once is disabled or has ended/],
  [["paused"], /^schedule paused is disabled or has ended/],
  [["once-in-kiritimati"], /^schedule once-in-kiritimati is disabled or has ended/],
  [["roleless"], /^role gone does not exist/],
  [["elsewhere"], /^schedule elsewhere starts tasks in cluster other, not in outside/],
  [["foreign"], /^schedule foreign starts tasks in account 210987654321; the service is in account 123/],
  [["logs-only"], /^schedule logs-only has no EcsParameters: its target is arn:aws:logs/],
  [["api"], /^schedule api starts tasks of family api, not of web/],
  [["twin"], /^both a rule and a schedule have the name twin/],
  [["arn:aws:events:us-east-1:210987654321:rule/x"], /belongs to account 210987654321 in us-east-1/],
  [["arn:aws:events:eu-west-1:123456789012:rule/x"], /belongs to account 123456789012 in eu-west-1/],
  [["reports/weekly", "arn:aws:scheduler:us-east-1:123456789012:schedule/reports/weekly"], /is twice/],
])("refuses %j before anything changes", async (schedules, message) => {
  const before = await read();
  const { error, record } = await stage.deploy("refused", { schedules });
  expect(error?.message).toMatch(message);
  expect(record).toMatchObject({ revisionAfter: "", changed: false });
  expect(await read()).toEqual(before);
});

const reads = allow(["codedeploy:*", "ecr:*", "ecs:*", "elasticloadbalancing:*", "iam:Get*", "logs:*"]);
const simulates = allow("iam:SimulatePrincipalPolicy");
const schedules = allow(["events:*", "scheduler:*"]);
const pass = (role: string, service: string) =>
  allow("iam:PassRole", roleArn(role), {
    Condition: { StringEquals: { "iam:PassedToService": `${service}.amazonaws.com` } },
  });
const passes = [pass("rules", "events"), pass("timed", "scheduler"), pass("execution", "ecs-tasks")];

const looks = allow(["events:Describe*", "events:List*", "scheduler:*"]);
const runsFirst = [allow("ecs:RunTask", revision(1)), allow("iam:PassRole")];

test.each<[string, object[], object[], RegExp]>([
  [
    "reader",
    [looks, ...passes],
    starts,
    /change schedule nightly: none of its policies allows events:PutTargets/,
  ],
  [
    "poor",
    [schedules, ...passes.slice(1)],
    starts,
    /pass role rules of schedule nightly to events\.amazonaws/,
  ],
  ["blind", [allow("events:*"), ...passes], starts, /^schedules: reports\/weekly cannot be read/],
  [
    "fine",
    [schedules, ...passes],
    runsFirst,
    /^rules may not start the new revision of web: none .* ecs:RunTask/,
  ],
  ["good", [schedules, ...passes], [allow("ecs:RunTask")], /^rules may not pass role execution to tasks/],
])("refuses a deployment without a right that its schedules need: %s", async (name, mine, its, cause) => {
  await setPolicy("rules", its);
  const clientConfig = await callerWith(simulator, [reads, simulates, ...mine], name);
  const context = { ...stage.context(), clients: clientsOf({ ...simulator, clientConfig } as never) };
  const record = new DeploymentRecord("outside", "web");
  const file = await stage.taskDefinition(name, { executionRoleArn: roleArn("execution") });
  const error = await deploy(context, stage.inputs(file, { schedules: names }), record).catch(
    ({ message }: Error) => message,
  );
  expect(error).toMatch(cause);
  expect(record.revisionAfter).toBe("");
  // The role that plans need not be the one that deploys.
  const plan = async (commentToken?: string) => {
    const planned = new DeploymentRecord("outside", "web");
    const inputs = stage.inputs(file, { schedules: names, mode: "plan", commentToken });
    const end = await deploy(context, inputs, planned).then(
      () => "green",
      () => "red",
    );
    return [end, planned.findings.some(({ text }) => cause.test(text))];
  };
  const red = ["red", true];
  const expected =
    name === "blind"
      ? [red, red]
      : [
          ["green", true],
          ["green", false],
        ];
  const plans = [await plan(), await plan("token")];
  await setPolicy("rules", starts);
  expect(plans).toEqual(expected);
});

test("reads every page", async () => {
  const pages = async (token?: string) => (token ? { items: [2] } : { items: [1], NextToken: "a" });
  expect(await everyPage<number>(pages)).toEqual([1, 2]);
});

test("auto moves all enabled ones of the family in the cluster, and notes the others", async () => {
  await aws.scheduler.deleteSchedule({ Name: "roleless" });
  await timed("latest", "default", target("timed", revision("")));
  const client = await stage.context().clients.scheduler();
  const send = client.send.bind(client) as (...given: unknown[]) => Promise<unknown>;
  let conflicts = 1;
  vi.spyOn(client, "send").mockImplementation((...given: unknown[]) => {
    const isBusy = given[0] instanceof UpdateScheduleCommand && conflicts-- > 0;
    return isBusy
      ? Promise.reject(Object.assign(new Error(), { name: "ConflictException" }))
      : send(...given);
  });
  const { error, record } = await stage.deploy("four", { schedules: ["auto"] });
  expect(error).toBeUndefined();
  expect(nothing.record.findings.map(({ text }) => text)).toContain(
    "No rule or schedule starts tasks of web in the service's cluster.",
  );
  expect(record.schedules.sort().join()).toBe("default/latest,default/twin,nightly,reports/weekly,twin");
  const [off] = (await aws.events.listTargetsByRule({ Rule: "off" })).Targets?.slice(1) ?? [];
  expect(off?.EcsParameters?.TaskDefinitionArn).toBe(revision(1));
  expect(record.findings.map(({ text }) => text)).toContain(
    "off keeps its revision: it is disabled or has ended.",
  );
});

test("reports one that somebody has deleted during the deployment", async () => {
  const deploying = stage.deploy("five", { schedules: ["default/latest"] });
  await clock.until(async () => (await stage.page()) === "five");
  await aws.scheduler.deleteSchedule({ Name: "latest" });
  const { error } = await deploying;
  expect(error?.message).toMatch(
    /default\/latest \(it was changed meanwhile and starts no tasks of the service/,
  );
});
