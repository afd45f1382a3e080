import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import type { TaskRuntimeKind } from "@ecs-delivery/simulator/runtime/tasks/runtime";
import { createEcsStage, createRealEcsStage } from "../../ecs/stage.support.ts";
import { createRealStage, createStage, keepingOldTasks, type Stage } from "../../stage.support.ts";

/** All ways in which a service is deployed here. */
export const backEnds = [
  "CodeDeploy",
  "CodeDeploy canary",
  "ECS rolling",
  "ECS blue/green",
  "ECS linear",
  "ECS canary",
] as const;
export type BackEnd = (typeof backEnds)[number];

/** Back ends that share a service: its controller and load balancer stay, and each row sets how it is deployed. */
export const families = {
  codedeploy: ["CodeDeploy", "CodeDeploy canary"],
  rolling: ["ECS rolling"],
  native: ["ECS blue/green", "ECS linear", "ECS canary"],
} as const satisfies Record<string, readonly BackEnd[]>;
export type Family = keyof typeof families;

/** Runtime of the tasks: functions of the test's process in virtual time, or a runtime for real tasks. */
export type Tasks = "in-process" | TaskRuntimeKind;

export function createStageFor(family: Family, tasks: Tasks): Promise<Stage> {
  const isReal = tasks !== "in-process";
  if (family === "codedeploy") return isReal ? createRealStage() : createStage();
  const create = isReal ? createRealEcsStage : createEcsStage;
  return create(family === "rolling" ? { strategy: "ROLLING" } : configurations["ECS blue/green"]);
}

/** Long enough for a row to act in it: with real tasks, a few hundred milliseconds. */
const waitMinutes = 5;

const configurations: Record<
  Exclude<BackEnd, "CodeDeploy" | "CodeDeploy canary">,
  DeploymentConfiguration
> = {
  "ECS rolling": { strategy: "ROLLING", bakeTimeInMinutes: 0 },
  "ECS blue/green": { strategy: "BLUE_GREEN", bakeTimeInMinutes: waitMinutes },
  "ECS linear": {
    strategy: "LINEAR",
    bakeTimeInMinutes: waitMinutes,
    linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 5 },
  },
  "ECS canary": {
    strategy: "CANARY",
    bakeTimeInMinutes: waitMinutes,
    canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
  },
};

/** Settings that a row may change. */
export interface Settings {
  readonly graceSeconds?: number;
  /** The service's deployment configuration, under ECS only. */
  readonly ecs?: DeploymentConfiguration;
  /** Name of a deployment configuration, under CodeDeploy only. */
  readonly codeDeploy?: string;
  /** How long a deployment stays in progress after the shift; by default `waitMinutes`, a rolling one no time. */
  readonly waitMinutes?: number;
}

/** Long enough for a process that starts slowly on a busy machine. */
const patientGraceSeconds = 600;

const nothingWatched: DeploymentConfiguration = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  deploymentCircuitBreaker: { enable: false, rollback: false },
  alarms: { alarmNames: [], enable: false, rollback: false },
  lifecycleHooks: [],
};

/** Makes the service deploy as the back end does, after any change of the previous row. */
export async function configure(stage: Stage, backEnd: BackEnd, settings: Settings = {}): Promise<void> {
  const { ecs, codedeploy } = stage.simulator.aws;
  const { cluster, service } = stage.inputs("");
  const { graceSeconds: healthCheckGracePeriodSeconds = patientGraceSeconds } = settings;
  if (backEnd !== "CodeDeploy" && backEnd !== "CodeDeploy canary") {
    const bake = settings.waitMinutes ? { bakeTimeInMinutes: settings.waitMinutes } : {};
    const deploymentConfiguration = {
      ...nothingWatched,
      ...configurations[backEnd],
      ...bake,
      ...settings.ecs,
    };
    await ecs.updateService({ cluster, service, healthCheckGracePeriodSeconds, deploymentConfiguration });
    return;
  }
  await ecs.updateService({ cluster, service, healthCheckGracePeriodSeconds });
  const shift = backEnd === "CodeDeploy" ? "AllAtOnce" : "Canary10Percent5Minutes";
  await codedeploy.updateDeploymentGroup({
    applicationName: "outside",
    currentDeploymentGroupName: "web",
    deploymentConfigName: settings.codeDeploy ?? `CodeDeployDefault.ECS${shift}`,
    autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"] },
    ...keepingOldTasks(settings.waitMinutes ?? waitMinutes),
  });
}

/** One back end per engine. */
export const eachEngine: readonly BackEnd[] = ["CodeDeploy", "ECS rolling", "ECS blue/green"];
export const gradual: readonly BackEnd[] = ["CodeDeploy canary", "ECS linear", "ECS canary"];
