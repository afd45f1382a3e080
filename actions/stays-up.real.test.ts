import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { pushImage } from "./core/push-image.support.ts";
import { deploy } from "./delivery/deploy.ts";
import { type BackEnd, configure, type Family } from "./delivery/fault-matrix/support/back-ends.ts";
import { createScene, type Scene, setAlarm } from "./delivery/fault-matrix/support/scene.ts";
import type { DeployInputs } from "./delivery/inputs.ts";
import { DeploymentRecord, type Status } from "./delivery/record.ts";
import { longestWaitMinutes } from "./delivery/stage.support.ts";
import { createRealStage as createPipelineStage } from "./follow-pipeline/src/stage.support.ts";
import { tryRollBack } from "./rollback-service/src/rollback.support.ts";
import { tryScale } from "./scale-service/src/stage.support.ts";

/** Serves until a file exists, and then fails: tasks fail after the shift, however slow the machine is. */
const program = `
import { existsSync } from "node:fs";
import { createServer } from "node:http";
const { VERSION, TRIGGER, ROLE = "web" } = process.env;
const fate = VERSION.split("-")[0];
const code = { web: { exit3: 3, exit0: 0 }, agent: { sidecar: 4 } }[ROLE][fate];
const fails = () => existsSync(TRIGGER);
setInterval(() => code !== undefined && fails() && process.exit(code), 20);
if (ROLE === "web")
  createServer((request, response) => {
    response.writeHead(fate === "sour" && fails() ? 500 : 200).end(VERSION);
  }).listen(8080);
process.on("SIGTERM", () => process.exit(0));
`;

type Fate = "exit3" | "exit0" | "sour" | "sidecar" | "sick";

interface Case {
  readonly name: string;
  readonly fate?: Fate;
  readonly inputs?: Partial<DeployInputs>;
  /** Runs once, at a line of the log. */
  readonly meanwhile?: { readonly line: RegExp; readonly act: (scene: Scene) => Promise<unknown> };
  readonly status: Status;
  readonly cause?: RegExp;
  readonly settled?: RegExp;
}

const stopped = async ({ aws, where: { cluster } }: Scene) =>
  (await aws.ecs.listTasks({ cluster, serviceName: "web", desiredStatus: "STOPPED" })).taskArns ?? [];
const never = /^\b$/;
const checkOf = (file: string) => `process.exit(Number(require("node:fs").existsSync("${file}")))`;

/** Creates a service of the same network without a load balancer, unless it exists. */
async function createWorker({ aws, where: { cluster } }: Scene): Promise<void> {
  const { services = [] } = await aws.ecs.describeServices({ cluster, services: ["web", "worker"] });
  const [web, worker] = services;
  const { taskDefinition, networkConfiguration } = web ?? {};
  const settings = { taskDefinition, networkConfiguration, desiredCount: 1, launchType: "FARGATE" } as const;
  if (!worker) await aws.ecs.createService({ cluster, serviceName: "worker", ...settings });
}
const shifted = /traffic: old 0 %, new 100 %/;
const scaleTo = (desiredCount: number) => (scene: Scene) =>
  scene.aws.ecs.updateService({ ...scene.where, desiredCount });

const causes: Readonly<Record<Fate, RegExp>> = {
  exit3: /^Container web exited with code 3/,
  exit0: /^Container web exited with code 0/,
  sour: /[Hh]ealth checks/,
  sidecar: /^Container agent exited with code 4/,
  sick: /^Container web failed its own health check/,
};
/** However slow the machine is, the tasks have failed by then. */
const longMs = 5 * 3_600_000;
const fates: readonly Fate[] = ["exit3", "exit0", "sour", "sidecar"];
/** After the end of AWS's own deployment nothing can be rolled back. */
const ended = (status: Status, of = fates): readonly Case[] =>
  of.map((fate) => ({
    name: `fails while it settles: ${fate}`,
    ...{ fate, status, cause: causes[fate], inputs: { settleMs: longMs } },
  }));
const greens: readonly Case[] = [
  { name: "stays up", status: "succeeded", settled: /^stayed up for 1 min, 1 task, 0 failed$/ },
  {
    name: "scales out",
    meanwhile: { line: shifted, act: scaleTo(2) },
    status: "succeeded",
    settled: / 0 failed$/,
  },
];
const alarm: Case = {
  name: "sets off an alarm after AWS's success",
  inputs: { rollbackOnAlarm: ["errors"] },
  meanwhile: { line: /deployment (SUCCESSFUL|Succeeded)/, act: (scene) => setAlarm(scene, "ALARM") },
  status: "failed",
  cause: /^Alarm errors went off/,
};
describe.each<[BackEnd, Family, readonly Case[]]>([
  ["CodeDeploy", "codedeploy", [...ended("rolled-back"), ...greens]],
  ["ECS rolling", "rolling", [...ended("failed", [...fates, "sick"]), ...greens, alarm]],
  ["ECS blue/green", "native", [...ended("rolled-back"), ...greens]],
])("a revision that %s deploys", (backEnd, family, cases) => {
  let scene: Scene;
  let image: string;
  beforeAll(async () => {
    scene = await createScene(family, "process");
    image = await pushImage(scene.stage.simulator, scene.stage.folder, program);
  });
  afterAll(() => scene?.stage.close());

  /** A rolling update that has shifted all traffic may still be rolled back for a moment. */
  const served = family === "rolling" ? /deployment SUCCESSFUL/ : shifted;
  const trigger = () => join(scene.stage.folder, "fail");
  const fail = () => writeFileSync(trigger(), "");
  const recover = () => rmSync(trigger(), { force: true });
  afterEach(() => scene && recover());

  const define = (fate = "good") =>
    scene.taskDefinition(scene.version(fate), ({ containerDefinitions: containers }) => {
      const [web] = containers;
      web.image = image;
      web.environment?.push({ name: "TRIGGER", value: trigger() });
      if (fate === "sick")
        web.healthCheck = { command: ["CMD", "node", "--eval", checkOf(trigger())], timeout: 60, retries: 1 };
      if (fate !== "sidecar") return;
      const environment = [...(web.environment ?? []), { name: "ROLE", value: "agent" }];
      containers.push({ ...web, name: "agent", portMappings: [], environment });
    });

  /** Deploys; the tasks are asked to fail from the beginning, from the shift on, or never. */
  async function play(
    { fate, inputs = {}, meanwhile }: Partial<Case>,
    { file = define(fate), fails = served }: { file?: string | Promise<string>; fails?: RegExp } = {},
    service = "web",
  ) {
    const { stage } = scene;
    const context = { ...stage.context(), clock: scene.clock };
    let act = meanwhile?.act;
    const info = (line: string) => {
      context.lines.push(line);
      if (fate && fails.test(line)) fail();
      if (!meanwhile?.line.test(line)) return;
      void act?.(scene);
      act = undefined;
    };
    const record = new DeploymentRecord(scene.where.cluster, service);
    record.startedAt = context.clock.now();
    const settings = { service, desiredCount: 1, settleMs: 60_000, force: true };
    const given = stage.inputs(await file, { ...settings, ...inputs });
    const error = await deploy({ ...context, log: { ...context.log, info } }, given, record).then(
      () => undefined,
      (reason: Error) => reason,
    );
    return { record, error, log: context.lines.join("\n") };
  }

  test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    await configure(scene.stage, backEnd, { waitMinutes: 1, graceSeconds: 0 });
    await setAlarm(scene, "OK");
    const before = await play({ inputs: { settleMs: 0 } });
    expect(before.error).toBeUndefined();
    // One that fails ends when its tasks have failed, however slow the machine is.
    const waitMinutes = each.status === "rolled-back" ? longestWaitMinutes : 60;
    await configure(scene.stage, backEnd, { waitMinutes, graceSeconds: 0 });
    const { record, error, log } = await play(each);
    expect(record.status, log).toBe(each.status);
    if (each.cause) expect(error?.message).toMatch(each.cause);
    if (each.settled) expect(record.settled).toMatch(each.settled);
    if (each.status === "rolled-back") expect(record.production).toEqual([before.record.revisionAfter]);
    if (each.status === "failed") expect(record.production).toEqual([record.revisionAfter]);
  });

  test.each(["exit3", "sour", "sidecar"] as const)(
    "a revision that already runs, but is down: %s",
    async (fate) => {
      await configure(scene.stage, backEnd, { waitMinutes: 1, graceSeconds: 0 });
      const file = await define(fate);
      const first = await play({ inputs: { settleMs: 0 } }, { file, fails: never });
      expect(first.error).toBeUndefined();
      const before = await stopped(scene);
      fail();
      const isNew = (arn: string) => !before.includes(arn);
      await scene.stage.simulator.clock.until(async () => (await stopped(scene)).filter(isNew).length >= 2);
      const { error, record, log } = await play({ inputs: { force: false } }, { file, fails: never });
      expect(record.status, log).not.toBe("succeeded");
      expect(error?.message).toMatch(causes[fate]);
    },
  );

  test("a rollback to a revision that crashes", async () => {
    await configure(scene.stage, backEnd, { waitMinutes: 1, graceSeconds: 0 });
    const bad = await play({ inputs: { settleMs: 0 } }, { file: define("exit3"), fails: never });
    await play({ inputs: { settleMs: 0 } });
    fail();
    const to = bad.record.revisionAfter;
    const { error, record } = await tryRollBack(scene.stage, { to, "settle-for": "10m" });
    expect(record.status).not.toBe("succeeded");
    expect(error?.message).toMatch(causes.exit3);
  });

  const scaled = {
    codedeploy: ["web exit3", "web sidecar"],
    native: ["web exit3", "web sour"],
    rolling: [
      ...["web exit3", "web exit0", "web sour", "web sidecar"],
      ...["worker exit3", "worker exit0", "worker sidecar", "worker sick"],
    ],
  }[family];
  test.each(scaled)("a scale-up whose tasks fail once they serve: %s", async (name) => {
    const [service, fate] = name.split(" ") as [string, Fate];
    const { stage, where } = scene;
    await configure(stage, backEnd, { waitMinutes: 1, graceSeconds: 0 });
    if (service === "worker") await createWorker(scene);
    const { error, log } = await play({ fate, inputs: { settleMs: 0 } }, { fails: never }, service);
    expect(error, log).toBeUndefined();
    const given = { service, "desired-count": "2", "max-failed-tasks": "2", "settle-for": "5h" };
    const onLine = (line: string) => void (/ serving$/.test(line) && fail());
    const scaling = { simulator: stage.simulator, cluster: where.cluster };
    const end = await tryScale(scaling, given, { onLine });
    expect(end.record.status, end.lines).not.toBe("succeeded");
    expect(end.error?.message).toMatch(causes[fate]);
  });
});

describe("a revision that a pipeline deploys", () => {
  const pipeline = "update-web";
  let stage: Awaited<ReturnType<typeof createPipelineStage>>;
  beforeAll(async () => {
    stage = await createPipelineStage();
    await stage.createPipeline(pipeline);
    await stage.createRules(pipeline);
  });
  afterAll(() => stage?.close());

  test.each([
    ["after the shift", shifted],
    ["after the end of its deployment", /deployment Succeeded/],
  ])("fails %s", async (name, line) => {
    const image = await stage.push(`fragile ${name}`);
    let poking: ReturnType<typeof setInterval> | undefined;
    const poke = () => void fetch(new URL("/fail", stage.productionUrl)).catch(() => {});
    const onLine = (text: string) => {
      if (line.test(text)) poking ??= setInterval(poke, 50);
    };
    const given = { pipeline, image, "max-failed-tasks": "2", "settle-for": "9s" };
    const { record, error, lines } = await stage.follow(given, { onLine });
    clearInterval(poking);
    expect(record.status, lines.join("\n")).not.toBe("succeeded");
    expect(error?.message).toMatch(causes.exit3);
  });
});
