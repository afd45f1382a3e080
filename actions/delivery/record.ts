import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { StepRecord } from "../core/define-action.ts";
import type { Finding } from "../core/findings.ts";
import { shownVariable } from "../core/shown-value.ts";
import type { FailedTask } from "../ecs/failed-task.ts";
import { shortDigest } from "../registry/oci.ts";

/** In the order in which they are reached. */
export const stages = ["registered", "started", "ready", "traffic-shifted", "complete"] as const;
export type Stage = (typeof stages)[number];

export type Status =
  | "succeeded"
  | "planned"
  | Exclude<Stage, "complete">
  | "failed"
  | "stopped"
  | "rolled-back"
  | "superseded"
  | "lost"
  | "timed-out"
  | "cancelled";

export interface TrafficPoint {
  /** Milliseconds since the deployment was created. */
  readonly atMs: number;
  /** Percent of the production traffic. */
  readonly blue: number;
  readonly green: number;
}

export interface LifecycleEvent {
  readonly name: string;
  readonly status: string;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly diagnostics: string | undefined;
  /** ARN of the Lambda function of a hook, "" for a pause; undefined for events that no hook ends. */
  readonly hook?: string | undefined;
}

/** Changes that a deployment would make. */
export interface Plan {
  /** ARN of the registered revision that would be deployed; undefined: one has to be registered. */
  readonly revision: string | undefined;
  /** One line per difference between production's revision and the new one. */
  readonly revisionChanges: readonly string[];
  readonly images: readonly ImageChange[];
  /** Production runs this revision, but its image tags now point to other images. */
  readonly imagesMoved: boolean;
  /** One line per difference of the service itself. */
  readonly serviceChanges: readonly string[];
}

export interface ImageChange {
  readonly container: string;
  /** "" for a container that production does not have. */
  readonly before: string;
  readonly after: string;
}

/**
 * Facts of the deployment, collected while it is in progress, so that outputs and summary show them however it ends.
 */
export class DeploymentRecord extends StepRecord<Status> {
  readonly cluster: string;
  readonly service: string;
  /** Records of several services; empty for one. */
  readonly services: readonly DeploymentRecord[];
  /** Rollback after the failure of another one of several services. */
  wayBack: DeploymentRecord | undefined;
  deploymentId = "";
  revisionBefore = "";
  revisionAfter = "";
  image = "";
  /** Version of the image as far as its definition shows it; else its tag or short digest. */
  version = "";
  /** CloudWatch log group of the container. */
  logGroup = "";
  /** Target group of the service's tasks, which leads to its load balancer. */
  targetGroup = "";
  /** Whether a former revision is brought back on request. */
  rollback = false;
  /** ARN of the revision of a stopped deployment; "" when production's own is undone. */
  undone = "";
  /** ARNs of the revisions that users reach after the step, as far as AWS showed them. */
  production: readonly string[] = [];
  changed = false;
  /** Findings of the verification. */
  findings: Finding[] = [];
  /** Is undefined until the plan exists. */
  plan: Plan | undefined;
  /** Cost of a plan's tasks; undefined where it is not known. */
  monthlyUsd: number | undefined;
  traffic: TrafficPoint[] = [];
  events: LifecycleEvent[] = [];
  failedTasks: FailedTask[] = [];
  /** End of the log of the hook's function that failed. */
  hookLog: readonly string[] = [];
  /** Names of the alarms that ended the deployment. */
  alarms: readonly string[] = [];
  /** Lines with their time, oldest first. */
  serviceEvents: string[] = [];
  /** Address at which the new tasks can be tested before they get production traffic; "" without one. */
  testUrl = "";
  /** Names of the rules and schedules that start the deployed revision now. */
  schedules: string[] = [];
  /** Status of the deployment, if only its schedules could not be moved afterwards. */
  deployedAs: Status | undefined;
  /** Notes that a reader of a green run needs. */
  notes: string[] = [];
  /** How the tasks did during the settle time, such as `stayed up for 60 s, 2 tasks, 0 failed`. */
  settled = "";
  /** Milliseconds from the beginning until each stage was reached. */
  durations: Partial<Record<Stage, number>> = {};

  constructor(cluster: string, service: string, services: readonly string[] = []) {
    super();
    this.services = services.map((each) => new DeploymentRecord(cluster, each));
    this.cluster = cluster;
    this.service = service;
  }
}

/** Returns whether the step did as asked. */
export function isGreen({ status }: Pick<DeploymentRecord, "status">): boolean {
  return status === "succeeded" || status === "planned" || stages.some((stage) => stage === status);
}

/** Compares by position: later stages include the earlier ones. */
export function hasReached(stage: Stage, wanted: Stage): boolean {
  return stages.indexOf(stage) >= stages.indexOf(wanted);
}

/** Notes when a stage, and earlier ones that were not seen, were reached. */
export function reach(record: DeploymentRecord, reached: Stage, now: number): void {
  // Only a deployment that waits for its approval has this stage.
  for (const stage of stages.slice(0, stages.indexOf(reached) + 1))
    if (stage !== "ready" || reached === "ready")
      record.durations[stage] ??= Math.round(now - record.startedAt);
}

/** Returns the digest of an image that is referenced by digest, else "". */
export function imageDigest(image: string): string {
  return /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1] ?? "";
}

const versionNames = ["VERSION", "APP_VERSION", "SERVICE_VERSION", "DD_VERSION"];

/** Keeps the facts of the container that users reach. */
export function keepContainer(record: DeploymentRecord, container: ContainerDefinition | undefined): void {
  const { image = "", dockerLabels = {}, environment = [], logConfiguration } = container ?? {};
  const { logDriver, options = {} } = logConfiguration ?? {};
  const variable = environment.find(({ name = "" }) => versionNames.includes(name));
  const declared = dockerLabels["org.opencontainers.image.version"] ?? variable?.value;
  record.image = image;
  record.version = declared && shownVariable("VERSION", declared) === declared ? declared : versionOf(image);
  record.logGroup = (logDriver === "awslogs" && options["awslogs-group"]) || "";
}

function versionOf(image: string): string {
  const digest = imageDigest(image);
  if (digest) return shortDigest(digest).slice("sha256:".length);
  return /:([\w.-]{1,128})$/.exec(image)?.[1] ?? "";
}
