import { StepRecord } from "../../core/define-action.ts";
import type { Finding } from "../../core/findings.ts";
import type { FailedTask } from "../../ecs/failed-task.ts";
import type { AutoscalingState } from "./autoscaling-state.ts";

/**
 * In the order in which they are reached. Requested: AWS has accepted the change. Running: as many tasks run as are
 * desired. Healthy: the containers' own health checks pass. Serving: every task is a healthy target behind a listener,
 * and no target is still draining.
 */
export const stages = ["requested", "running", "healthy", "serving"] as const;
export type Stage = (typeof stages)[number];

export type Status =
  | "succeeded"
  | "planned"
  | Exclude<Stage, "serving">
  | "failed"
  | "timed-out"
  | "superseded"
  | "cancelled";

/** Facts of the service, collected while it scales, so that outputs and summary show them also after a failure. */
export class ScaleRecord extends StepRecord<Status> {
  readonly cluster: string;
  readonly service: string;
  /** ARN of the task definition in production. */
  revision = "";
  before: Counts | undefined;
  now: Counts | undefined;
  /** Undefined: not read, or AWS did not allow it; null: the service has none. */
  autoscalingBefore: AutoscalingState | null | undefined;
  autoscalingNow: AutoscalingState | null | undefined;
  /** One line for each thing that changes, or would. */
  changes: string[] = [];
  /** Whether AWS was asked to change something. */
  changed = false;
  findings: Finding[] = [];
  /** Notes that a reader of a green run needs. */
  notes: string[] = [];
  failedTasks: readonly FailedTask[] = [];
  /** Events of the service since the step began, oldest first. */
  serviceEvents: string[] = [];
  /** How the tasks did during the settle time, such as `stayed up for 60 s, 2 tasks, 0 failed`. */
  settled = "";
  /** Milliseconds from the request until each stage was reached. */
  durations: Partial<Record<Stage, number>> = {};

  constructor(cluster: string, service: string) {
    super();
    this.cluster = cluster;
    this.service = service;
  }
}

export interface Counts {
  readonly desired: number;
  readonly running: number;
}

/** Compares by position: later stages include the earlier ones. */
export function hasReached(stage: Stage, wanted: Stage): boolean {
  return stages.indexOf(stage) >= stages.indexOf(wanted);
}
