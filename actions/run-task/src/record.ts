import type { Container, Task } from "@aws-sdk/client-ecs";
import { lastSegment } from "../../core/arn.ts";
import { StepRecord } from "../../core/define-action.ts";

type Status = "succeeded" | "started" | "failed" | "stopped" | "timed-out" | "cancelled";

/** Facts of the run, collected while it is in progress, so that outputs and summary show them also after a failure. */
export class RunRecord extends StepRecord<Status> {
  readonly cluster: string;
  revision = "";
  taskArn = "";
  /** The container whose exit code decides. */
  container = "";
  /** CloudWatch log group of that container. */
  logGroup = "";
  exitCode: number | undefined;
  containers: readonly Container[] = [];
  /** Milliseconds from the task's creation until it ran, and from then to its end. */
  startMs: number | undefined;
  runMs: number | undefined;
  /** The end of the container's log. */
  logLines: readonly string[] = [];

  constructor(cluster: string) {
    super();
    this.cluster = cluster;
  }
}

/** Returns the last part of the task's ARN. */
export function taskId({ taskArn }: RunRecord): string {
  return lastSegment(taskArn);
}

/** Copies the task's own facts to the record. */
export function keepTask(record: RunRecord, task: Task): void {
  record.containers = task.containers ?? [];
  record.exitCode = record.containers.find(({ name }) => name === record.container)?.exitCode;
  record.startMs = between(task.createdAt, task.startedAt);
  record.runMs = between(task.startedAt, task.executionStoppedAt ?? task.stoppedAt);
}

function between(from: Date | undefined, to: Date | undefined): number | undefined {
  return from && to && to.getTime() - from.getTime();
}
