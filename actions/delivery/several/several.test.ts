import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Given } from "../../core/entry.support.ts";
import { runEnvironment } from "../deployment/virtual-run.support.ts";
import { commitTagKey, findRunTag } from "../order/run-tag.ts";
import { createFleet } from "./several.support.ts";

const fleet = await createFleet("worker", "mailer");
afterEach(() => fleet.faults.clear());
afterAll(() => fleet.close());

/** The README's example. */
const readme = readFileSync(join(import.meta.dirname, "../../deploy-service/README.md"), "utf8");
const block = /^## Several services\n[\s\S]*?```yaml\n([\s\S]*?)```/m.exec(readme)?.[1] ?? "";
const [{ with: example }] = parse(block) as [{ with: Record<string, string> }];
const { services = "", "on-failure": onFailure } = example;
const environment = { ...runEnvironment, GITHUB_SHA: "abc" };
/** The load balancer of `web` finds tasks of the version `unhealthy` unhealthy; the others have none. */
const oneByOne = { services: "worker\nweb\nmailer", "max-parallel": "1" };

test("deploys one new revision to services of CodeDeploy and ECS, with one card", async () => {
  const inputs = { services, "on-failure": onFailure };
  const { exitCode, errors, lines, outputs, summary } = await fleet.deployEntry("one", inputs, {
    environment,
  });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
  expect(await fleet.production()).toEqual(["web:3", "web:3", "web:3"]);
  expect(lines.filter((line) => line === "Registered web:3.")).toHaveLength(1);
  expect(lines).toContain("mailer: mailer runs web:3.");
  expect(outputs).toMatchObject({ status: "traffic-shifted", changed: "true", "has-changes": "true" });
  expect(JSON.parse(outputs.services ?? "")).toMatchObject([
    { service: "web", status: "traffic-shifted", deploymentId: expect.stringMatching(/^d-/) },
    { service: "worker", deploymentId: expect.stringMatching(/service-deployment/), cause: "" },
    { service: "mailer", revisionBefore: expect.stringMatching(/web:1$/) },
  ]);
  expect(summary).toMatch(/^### ✅ web:3 \(one\) for 3 services: 3 traffic-shifted after /);
  expect(summary).toMatch(/\| \[worker\]\(\S+\) \| ✅ traffic-shifted \| web:1 \| web:3 \| \d/);
  expect((await fleet.find("worker"))?.tags).toContainEqual({ key: commitTagKey, value: "abc" });
  const again = await fleet.deployEntry("one", { services });
  expect(again.outputs).toMatchObject({ status: "succeeded", changed: "false" });
});

test("starts no other service after a failure, and lists what became of each", async () => {
  const [web, worker, mailer] = await fleet.production();
  const { errors, outputs, summary, state } = await fleet.deployEntry("unhealthy", oneByOne);
  expect(await fleet.production()).toEqual([web, expect.not.stringMatching(`${worker}$`), mailer]);
  expect(errors).toEqual([
    expect.stringMatching(/^web: Health checks .*\(traffic-shifted: worker; not started: mailer\)/),
  ]);
  expect(outputs.status).toBe("rolled-back");
  expect(summary).toContain("| ➖ not started |");
  expect(state.STATE_deployment).toBe("");
});

test.each([
  [
    "rolls the green services back",
    [],
    "green but rolled back",
    "(green but rolled back: web; not started: mailer)",
  ],
  [
    "reports a rollback that fails",
    ["codedeploy:StopDeployment", "codedeploy:CreateDeployment"],
    "green but not rolled back",
    "(green but not rolled back: web (The AWS role may not do this",
  ],
])("%s after a failure", async (_, denied, result, fate) => {
  const before = await fleet.production();
  fleet.faults.add({ kind: "deny", operation: "ecs:UpdateService" });
  const onLine = (line: string) => {
    if (!line.includes("Rolling back")) return;
    for (const operation of denied) fleet.faults.add({ kind: "deny", operation });
  };
  // CodeDeploy still keeps the old tasks of `web` when ECS may not update `worker`.
  const inputs = { ...oneByOne, services, "on-failure": onFailure };
  const { errors, summary } = await fleet.deployEntry(result, inputs, { onLine, environment });
  expect(errors).toEqual([expect.stringMatching(/^worker: .*ecs:UpdateService/)]);
  expect(errors[0]).toContain(fate);
  expect(summary).toContain(`| ❌ ${result} |`);
  if (denied.length > 0) return;
  expect(await fleet.production()).toEqual(before);
  expect(findRunTag((await fleet.find("web"))?.tags)?.undone).toMatch(/^web:\d+$/);
});

test("does not roll a service back that ran the revision before", async () => {
  await fleet.deployEntry("unhealthy", { services: "mailer" });
  const [, , mailer] = await fleet.production();
  const inputs = { services: "mailer\nweb", "max-parallel": "1", "on-failure": onFailure };
  const { errors, summary } = await fleet.deployEntry("unhealthy", inputs);
  expect(errors).toEqual([expect.stringMatching(/^web: Health checks /)]);
  expect(summary).toContain("| ✅ already runs |");
  expect((await fleet.production())[2]).toBe(mailer);
});

test("reports the problems of all services before one changes", async () => {
  await fleet.addShop();
  const { errors, summary, outputs } = await fleet.deployEntry("three", { services: "web\nnone\nshop" });
  expect(errors).toEqual([
    expect.stringMatching(/^2 things to correct: none: Cluster .*; shop: it runs the family shop, /),
  ]);
  expect(summary).toMatch(/^### ❌ 3 services: nothing was changed\n/);
  expect(outputs).toMatchObject({ changed: "false", "revision-after": "" });
});

test("shows a plan of each service, and one total", async () => {
  const { outputs, summary } = await fleet.deployEntry("four", { services, mode: "plan" });
  expect(outputs).toMatchObject({ status: "planned", "has-changes": "true", changed: "false" });
  expect(outputs.diff).toMatch(/^worker: ~ containerDefinitions\[web\]\.environment\[VERSION\]\.value: /m);
  expect(summary).toMatch(
    /^### ✅ 3 services: 3 planned, nothing was changed\n\nIn total \$\d+\.\d\d a month/,
  );
  expect(summary.match(/<summary>\w+: planned, nothing was changed/g)).toHaveLength(3);
});

test("applies on-cancel to every deployment, in the post step those that it cannot stop", async () => {
  await fleet.clock.until(async () => (await fleet.find("web"))?.taskSets?.length === 1);
  const before = await fleet.production();
  const created = new Set<string>();
  const interrupt = (act: (kill: (signal: NodeJS.Signals) => void) => void) => {
    created.clear();
    return (line: string, kill: (signal: NodeJS.Signals) => void) => {
      if (line.endsWith(" is created.") && created.add(line).size === 3) act(kill);
    };
  };
  const cancelled = await fleet.deployEntry(
    "five",
    { services },
    { onLine: interrupt((kill) => kill("SIGTERM")) },
  );
  expect(cancelled.errors).toEqual([
    expect.stringMatching(/^web: Cancelled by SIGTERM; .* rolled back .*; worker: Cancelled .* rolled back /),
  ]);
  expect(cancelled.outputs.status).toBe("cancelled");
  expect(cancelled.state.STATE_deployment).toBe("");
  const expire = () => void fleet.faults.add({ kind: "expire", operation: "*" });
  const lost = await fleet.deployEntry("six", { services }, { onLine: interrupt(expire) });
  expect(lost.outputs.status).toBe("lost");
  fleet.faults.clear();
  const { warnings } = await fleet.deployEntry("six", { services }, { environment: lost.state });
  expect(warnings).toHaveLength(3);
  await fleet.clock.eventually(async () => expect(await fleet.production()).toEqual(before));
});

test("starts no service after the deadline, which is that of the whole step", async () => {
  const { errors, outputs } = await fleet.deployEntry("late", { ...oneByOne, services, deadline: "20s" });
  expect(errors).toEqual([expect.stringMatching(/^web: .*not started: worker, mailer\)/)]);
  expect(outputs.status).toBe("timed-out");
});

describe("schedules of several services", async () => {
  const { events, scheduler } = fleet.simulator.aws;
  const Target = {
    Arn: "arn:aws:ecs:us-east-1:123456789012:cluster/outside",
    RoleArn: "arn:aws:iam::123456789012:role/execution",
    EcsParameters: { TaskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1" },
  };
  await events.putRule({ Name: "nightly", ScheduleExpression: "rate(1 day)" });
  await events.putTargets({ Rule: "nightly", Targets: [{ Id: "task", ...Target }] });
  const timing = { ScheduleExpression: "rate(7 days)", FlexibleTimeWindow: { Mode: "OFF" as const } };
  await scheduler.createSchedule({ Name: "weekly", ...timing, Target });
  /** Returns which revisions the schedules start, and the commits that the services are marked with. */
  const read = async () => {
    const { Targets: [rule] = [] } = await events.listTargetsByRule({ Rule: "nightly" });
    const timed = await scheduler.getSchedule({ Name: "weekly" });
    const tagged = await Promise.all(["web", "worker", "mailer"].map(fleet.find));
    const commitOf = (each: (typeof tagged)[0]) => each?.tags?.find(({ key }) => key === commitTagKey)?.value;
    const starts = [rule, timed.Target].map((each) =>
      each?.EcsParameters?.TaskDefinitionArn?.split("/").at(-1),
    );
    return { starts, commits: tagged.map(commitOf) };
  };
  const expire = () => void fleet.faults.add({ kind: "expire", operation: "*" });
  const deny = () => void fleet.faults.add({ kind: "deny", operation: "scheduler:UpdateSchedule" });
  const run = async (version: string, onLine: Given["onLine"] = () => {}) => {
    await fleet.clock.until(async () => (await fleet.find("web"))?.taskSets?.length === 1);
    const inputs = { services, schedules: "auto", "on-failure": "stop" };
    const environment = { ...runEnvironment, GITHUB_SHA: version };
    const ended = await fleet.deployEntry(version, inputs, { environment, onLine });
    fleet.faults.clear();
    return ended;
  };

  test("stay, and no service is marked, when one of them fails", async () => {
    const before = await read();
    expect((await run("unhealthy")).outputs).toMatchObject({ status: "rolled-back", schedules: "" });
    expect(await read()).toEqual(before);
  });

  test.each<[string, string, RegExp, Given["onLine"]]>([
    ["a denied right", "failed", /default\/weekly \(The AWS role may not/, deny],
    ["expired credentials", "failed", /default\/weekly \(The AWS credentials have expired/, expire],
    ["a cancel", "cancelled", /default\/weekly \(Cancelled by SIGTERM\)/, (_, kill) => kill("SIGTERM")],
  ])("that stay because of %s leave all unmarked, and a repeated run completes them", async (...given) => {
    const [what, status, why, interrupt] = given;
    const [version, old] = [`v${what.length}`, await read()];
    const { errors, outputs, summary } = await run(version, (line, kill) => {
      if (line.startsWith("Schedule nightly starts")) interrupt?.(line, kill);
    });
    const [now = ""] = await fleet.production();
    expect(errors).toEqual([expect.stringMatching(why)]);
    expect(outputs).toMatchObject({ status, schedules: "nightly", changed: "true" });
    expect(summary).toMatch(/3 services: 3 traffic-shifted after .*, but not every schedule starts it\n/);
    expect(await read()).toEqual({ starts: [now, old.starts[1]], commits: old.commits });
    const again = await run(version);
    expect(again).toMatchObject({ errors: [], outputs: { "revision-after": expect.stringMatching(now) } });
    expect(await read()).toEqual({ starts: [now, now], commits: [version, version, version] });
  });

  test("are not undone by credentials that expire before the commits are marked", async () => {
    const { starts: before, commits } = await read();
    const { exitCode, outputs } = await run("unmarked", (line) => {
      if (line.startsWith("Schedule default/weekly starts")) expire();
    });
    expect({ exitCode, status: outputs.status }).toEqual({ exitCode: 0, status: "traffic-shifted" });
    const after = await read();
    expect(after.starts).not.toEqual(before);
    expect(after.commits).toEqual(commits);
  });
});
