import type { ContainerDefinition, HealthCheck, HealthStatus } from "@aws-sdk/client-ecs";
import { type Clock, passes } from "../../clock.ts";
import {
  type ExecResult,
  longestWait,
  mayStillStart,
  type TaskContainer,
} from "../../runtime/tasks/runtime.ts";
import type { TaskDefinitionRecord } from "./service-records.ts";
import type { CheckedHealth, TaskRecord } from "./state.ts";

/** AWS's defaults (API reference, HealthCheck). */
export const healthCheckDefaults = { interval: 30, timeout: 5, retries: 3 } as const;

/**
 * A check starts a process, in real time too. To leave most of the machine to the containers at a fast clock, each
 * check is followed by a pause of this many times its duration: it uses a thirtieth of the time if the result is known,
 * half of it if a change is expected.
 */
const restPerWork = { settled: 29, changing: 1 };

export interface WatchOptions {
  readonly check: HealthCheck;
  readonly clock: Clock;
  readonly container: Pick<TaskContainer, "exec" | "usage">;
  /** Aborted when the container's checks must end. */
  readonly signal: AbortSignal;
  /** Called after each check. */
  readonly onChecked: (health: CheckedHealth) => void;
}

/** Runs a container's health check repeatedly, the first time after one interval; resolves when the signal aborts. */
export async function watchHealth({
  check,
  clock,
  container,
  signal,
  onChecked,
}: WatchOptions): Promise<void> {
  const { interval, timeout, retries, startPeriod = 0 } = { ...healthCheckDefaults, ...check };
  const startedAt = clock.now().getTime();
  let status: HealthStatus = "UNKNOWN";
  let since = clock.now();
  let failures = 0;
  let tookMs = 0;
  for (;;) {
    const isSettled = status === "UNHEALTHY" || (status === "HEALTHY" && failures === 0);
    const restMs = tookMs * restPerWork[isSettled ? "settled" : "changing"] * clock.scale;
    if (!(await passes(clock.wait(Math.max(interval * 1000, restMs), signal)))) return;
    const checkedAt = clock.now().getTime();
    const beganAt = performance.now();
    // Also in real time: a slow machine must not fail a check that the figures allow.
    const result = await container.exec(commandOf(check), timeout * 1000).catch(failed);
    tookMs = performance.now() - beganAt;
    if (signal.aborted) return;
    const sinceMs = checkedAt - startedAt;
    const isStarting =
      status === "UNKNOWN" &&
      (sinceMs < clock.toWall(startPeriod * 1000) ||
        (result.exitCode !== 0 && mayStillStart(clock, sinceMs, await longestWait([container]))));
    if (result.exitCode === 0) failures = 0;
    else if (!isStarting) failures++;
    const next: HealthStatus =
      result.exitCode === 0 ? "HEALTHY" : failures >= (retries as number) ? "UNHEALTHY" : status;
    if (next !== status) since = clock.now();
    status = next;
    // A check that times out ends like Docker's.
    onChecked({ status, since, exitCode: result.exitCode ?? -1, output: result.output });
  }
}

const failed = (error: Error): ExecResult => ({ exitCode: undefined, output: error.message });

function commandOf({ command = [] }: HealthCheck): string[] {
  const [kind, ...words] = command;
  return kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...words] : words;
}

/** Returns whether the task counts as healthy only when its containers do. */
export function hasHealthCheck({ containerDefinitions }: TaskDefinitionRecord): boolean {
  return containerDefinitions.some(countsForHealth);
}

/**
 * Returns the health of a task: that of its essential containers with a health check (developer guide, "healthcheck").
 */
export function taskHealth({ task, definition }: TaskRecord): HealthStatus {
  const counting = definition.containerDefinitions.filter(countsForHealth).map(({ name }) => name);
  const states = task.containers
    .filter(({ name }) => counting.includes(name))
    .map((each) => each.healthStatus);
  if (states.includes("UNHEALTHY")) return "UNHEALTHY";
  return states.length > 0 && states.every((state) => state === "HEALTHY") ? "HEALTHY" : "UNKNOWN";
}

function countsForHealth({ essential, healthCheck }: ContainerDefinition): boolean {
  return essential !== false && healthCheck !== undefined;
}
