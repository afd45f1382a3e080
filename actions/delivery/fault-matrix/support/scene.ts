import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { Fault } from "@ecs-delivery/simulator";
import { createAlarm } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import { startLoad } from "@ecs-delivery/simulator/outside-clients/load.support";
import type { Program } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import type { Aws } from "@ecs-delivery/simulator/services/api";
import { type Clock, systemClock } from "../../../core/pace.ts";
import { pushImage } from "../../../core/push-image.support.ts";
import { deployOutside } from "../../stage.support.ts";
import { type BackEnd, createStageFor, type Family, type Tasks } from "./back-ends.ts";

/** A task definition that is about to be written, with its only container. */
export type Draft = RegisterTaskDefinitionCommandInput & {
  containerDefinitions: [ContainerDefinition & { image: string }];
};

/** A simulated account in which rows run one after the other. */
export type Scene = Awaited<ReturnType<typeof createScene>>;

/** Enough for a request to be in progress at any moment, and no more than the machine has time for. */
const visitors = 2;

/** Faster than real time, but far slower than the simulator's minutes: waiting costs little, and no stage is missed. */
const pace = 80;
const epoch = Date.now();
const pacedClock: Clock = {
  now: () => epoch + (Date.now() - epoch) * pace,
  wait: (ms, signal) => systemClock.wait(ms / pace, signal),
};

export async function createScene(family: Family, tasks: Tasks) {
  const stage = await createStageFor(family, tasks);
  const { aws } = stage.simulator;
  const folder = join(stage.folder, "matrix");
  await mkdir(folder);
  const image = await pushImage(stage.simulator, folder, tasks === "in-process" ? inProcessProgram : program);
  const { cluster, service } = stage.inputs("");
  // Only a row sets the alarm, which then stays as the row set it.
  await createAlarm(aws, "ignore");
  await shortenDraining(aws);
  let versions = 0;

  async function draft(version: string): Promise<Draft> {
    const file = await stage.taskDefinition(version);
    const read = JSON.parse(await readFile(file, "utf8")) as Draft;
    const [web] = read.containerDefinitions;
    web.image = image;
    // Process 1 ignores SIGTERM until it handles it, so a program that just starts would stay for half a minute.
    web.linuxParameters = { initProcessEnabled: true };
    return read;
  }
  return {
    stage,
    /** The step's clock. */
    clock: tasks === "in-process" ? stage.simulator.clock.foreground : pacedClock,
    aws,
    image,
    where: { cluster, service },
    /** Returns a unique name for a revision; its first word is the fate of its tasks. */
    version: (fate: string) => `${fate}-${++versions}`,
    /** Returns the path of a task definition whose tasks respond with this version. */
    async taskDefinition(version: string, change: (draft: Draft) => void = () => {}) {
      const written = await draft(version);
      change(written);
      const file = join(folder, `${version}.json`);
      await writeFile(file, JSON.stringify(written));
      return file;
    },
    /** Registers the same as somebody else would, and returns its ARN. */
    async register(version: string) {
      const { taskDefinition } = await aws.ecs.registerTaskDefinition(await draft(version));
      return taskDefinition?.taskDefinitionArn ?? "";
    },
    /** Returns the response behind the load balancer. */
    page: stage.page,
    startVisits() {
      // Requests without a pause keep virtual time from passing.
      const { clock } = stage.simulator;
      const pause = tasks === "in-process" ? (signal: AbortSignal) => clock.wait(10_000, signal) : undefined;
      return startLoad(stage.productionUrl, visitors, pause);
    },
    addFault: (fault: Fault) => stage.simulator.faults.add(fault),
  };
}

/** Sets two minutes instead of five: far longer than the visitors' requests, and most of a row's waiting at its end. */
async function shortenDraining({ elbv2 }: Aws): Promise<void> {
  const Attributes = [{ Key: "deregistration_delay.timeout_seconds", Value: "120" }];
  const { TargetGroups = [] } = await elbv2.describeTargetGroups({});
  for (const { TargetGroupArn } of TargetGroups)
    await elbv2.modifyTargetGroupAttributes({ TargetGroupArn, Attributes });
}

/** Writes an AppSpec with these Properties of the service, and returns its path. */
export async function writeAppSpec({ stage }: Scene, properties: object, more: object = {}): Promise<string> {
  const file = join(stage.folder, "appspec.json");
  const LoadBalancerInfo = { ContainerName: "web", ContainerPort: 8080 };
  const Properties = { TaskDefinition: "<TASK_DEFINITION>", LoadBalancerInfo, ...properties };
  const Resources = [{ TargetService: { Type: "AWS::ECS::Service", Properties } }];
  await writeFile(file, JSON.stringify({ version: 0, Resources, ...more }));
  return file;
}

export async function setAlarm({ aws }: Scene, StateValue: "ALARM" | "OK"): Promise<void> {
  await aws.cloudwatch.setAlarmState({ AlarmName: "errors", StateValue, StateReason: "A row wants it." });
}

/** Begins a deployment of the same service as another person. */
export async function deployElse(scene: Scene, backEnd: BackEnd, version: string): Promise<void> {
  const { aws, where } = scene;
  const taskDefinition = await scene.register(version);
  if (backEnd.startsWith("CodeDeploy")) await deployOutside(aws, taskDefinition);
  else await aws.ecs.updateService({ ...where, taskDefinition });
}

/**
 * The program of the matrix's tasks. VERSION begins with the task's fate, and is the response; a slow task does not
 * finish its start while a row lasts. The pause before a response keeps requests in progress whenever something
 * changes.
 */
const program = `
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
const version = process.env.VERSION ?? "";
const fate = version.split("-")[0];
if (fate === "crash") throw new Error("cannot read the menu");
if (fate === "writing") writeFileSync("/tmp/menu", version);
if (fate === "hungry") for (const held = []; ; ) held.push(Buffer.alloc(2 ** 24, 1));
const server = createServer((request, response) => {
  if (fate === "slow") response.statusCode = 503;
  setTimeout(() => response.end(version), 10);
});
server.listen(fate === "elsewhere" ? 9090 : 8080);
process.on("SIGTERM", () => {
  if (fate !== "stubborn") server.close(() => process.exit(0));
});
console.log("ready");
`;

const failingStatus: Readonly<Record<string, number>> = { unhealthy: 500, slow: 503 };

/** The same with the fates that need no process. */
const inProcessProgram: Program = ({ environment, listen, onSignal, onExec, exit, log }) => {
  const { VERSION = "" } = environment;
  const [fate = ""] = VERSION.split("-");
  if (fate === "crash") throw new Error("cannot read the menu");
  const server = listen(fate === "elsewhere" ? 9090 : 8080, (_, response) => {
    response.statusCode = failingStatus[fate] ?? 200;
    response.end(VERSION);
  });
  onExec(() => (fate === "sick" ? 1 : 0));
  onSignal(() => fate !== "stubborn" && server.close(() => exit(0)));
  log("ready");
};
