import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pushImage } from "./core/push-image.support.ts";
import { deploy } from "./delivery/deploy.ts";
import { type BackEnd, configure, type Family } from "./delivery/fault-matrix/support/back-ends.ts";
import { createScene, type Scene, setAlarm } from "./delivery/fault-matrix/support/scene.ts";
import type { DeployInputs } from "./delivery/inputs.ts";
import { newRecord, type Status } from "./delivery/record.ts";
import { longestWaitMinutes } from "./delivery/stage.support.ts";
import { tryRollBack } from "./rollback-service/src/rollback.support.ts";

/** Serves until a request asks it to fail, so that tasks fail after the shift, however slow the machine is. */
const program = `
import { createServer } from "node:http";
const fate = process.env.VERSION.split("-")[0];
let status = 200;
createServer((request, response) => {
  if (request.url === "/fail" && fate === "exit3") process.exit(3);
  if (request.url === "/fail" && fate === "exit0") process.exit(0);
  if (request.url === "/fail" && fate === "sour") status = 500;
  response.writeHead(status).end(process.env.VERSION);
}).listen(8080);
process.on("SIGTERM", () => process.exit(0));
`;

interface Case {
  readonly name: string;
  readonly fate?: "exit3" | "exit0" | "sour";
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
const shifted = /traffic: old 0 %, new 100 %/;
const scaleTo = (desiredCount: number) => (scene: Scene) =>
  scene.aws.ecs.updateService({ ...scene.where, desiredCount });

const exited = (code: number) => new RegExp(`^Container web exited with code ${code}`);
const unhealthy = /[Hh]ealth checks/;
/** After the end of AWS's own deployment nothing can be rolled back. */
const ended = (status: Status): readonly Case[] => [
  { name: "crashes after the shift", fate: "exit3", status, cause: exited(3) },
  { name: "ends without an error after the shift", fate: "exit0", status, cause: exited(0) },
  { name: "is unhealthy after the shift", fate: "sour", status, cause: unhealthy },
];
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
const unseen: Case = {
  name: "crashes, and nobody looks",
  fate: "exit3",
  inputs: { settleMs: 0 },
  status: "succeeded",
  settled: /^$/,
};

describe.each<[BackEnd, Family, readonly Case[]]>([
  ["CodeDeploy", "codedeploy", [...ended("rolled-back"), ...greens]],
  ["ECS rolling", "rolling", [...ended("failed"), ...greens, alarm, unseen]],
  ["ECS blue/green", "native", [...ended("rolled-back"), ...greens]],
])("a revision that %s deploys", (backEnd, family, cases) => {
  let scene: Scene;
  let image: string;
  beforeAll(async () => {
    scene = await createScene(family, "process");
    image = await pushImage(scene.stage.simulator, scene.stage.folder, program);
  });
  afterAll(() => scene?.stage.close());

  const define = (fate = "good") =>
    scene.taskDefinition(scene.version(fate), ({ containerDefinitions: [web] }) => {
      web.image = image;
    });

  /** Asks each new task to fail, from now on. */
  const poke = () =>
    setInterval(() => void fetch(new URL("/fail", scene.stage.productionUrl)).catch(() => {}), 50);

  /** Deploys; the tasks are asked to fail from the beginning, from the shift on, or never. */
  async function play(
    { fate, inputs = {}, meanwhile }: Partial<Case>,
    { file = define(fate), fails = shifted }: { file?: string | Promise<string>; fails?: RegExp } = {},
  ) {
    const { stage } = scene;
    const context = { ...stage.context(), clock: scene.clock };
    let poking: ReturnType<typeof setInterval> | undefined;
    let act = meanwhile?.act;
    const info = (line: string) => {
      context.lines.push(line);
      if (fails.test(line)) poking ??= poke();
      if (!meanwhile?.line.test(line)) return;
      void act?.(scene);
      act = undefined;
    };
    const record = newRecord(scene.where.cluster, "web");
    record.startedAt = context.clock.now();
    const given = stage.inputs(await file, { desiredCount: 1, settleMs: 60_000, force: true, ...inputs });
    const error = await deploy({ ...context, log: { ...context.log, info } }, given, record).then(
      () => undefined,
      (reason: Error) => reason,
    );
    clearInterval(poking);
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

  test.each([
    ["exit3", exited(3)],
    ["sour", unhealthy],
  ] as const)("a revision that already runs, but is down: %s", async (fate, cause) => {
    await configure(scene.stage, backEnd, { waitMinutes: 1, graceSeconds: 0 });
    const file = await define(fate);
    const first = await play({ inputs: { settleMs: 0 } }, { file, fails: never });
    expect(first.error).toBeUndefined();
    const before = await stopped(scene);
    const poking = poke();
    const isNew = (arn: string) => !before.includes(arn);
    await scene.stage.simulator.clock.until(async () => (await stopped(scene)).filter(isNew).length >= 2);
    const { error, record, log } = await play({ inputs: { force: false } }, { file, fails: never });
    clearInterval(poking);
    expect(record.status, log).not.toBe("succeeded");
    expect(error?.message).toMatch(cause);
  });

  test("a rollback to a revision that crashes", async () => {
    await configure(scene.stage, backEnd, { waitMinutes: 1, graceSeconds: 0 });
    const bad = await play({ inputs: { settleMs: 0 } }, { file: define("exit3"), fails: never });
    await play({ inputs: { settleMs: 0 } });
    const poking = poke();
    const to = bad.record.revisionAfter;
    const { error, record } = await tryRollBack(scene.stage, { to, "settle-for": "10m" });
    clearInterval(poking);
    expect(record.status).not.toBe("succeeded");
    expect(error?.message).toMatch(exited(3));
  });
});
