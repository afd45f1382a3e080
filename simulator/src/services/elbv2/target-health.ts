import type { TargetHealth } from "@aws-sdk/client-elastic-load-balancing-v2";
import { passes } from "../../clock.ts";
import type { Environment } from "../../environment.ts";
import { type ProbeResult, parseStatusMatcher, probe } from "../../runtime/load-balancer/health-probe.ts";
import { mayStillStart } from "../../runtime/tasks/runtime.ts";
import type { TargetGroupRecord, TargetRecord } from "./state.ts";

/** States, reasons and descriptions in the words of DescribeTargetHealth. */
const health = (
  State: TargetHealth["State"],
  Reason: TargetHealth["Reason"],
  Description: string,
): TargetHealth => ({ State, Reason, Description });

export const initialChecking = health(
  "initial",
  "Elb.InitialHealthChecking",
  "Initial health checks in progress",
);
const healthy: TargetHealth = { State: "healthy" };
export const draining = health(
  "draining",
  "Target.DeregistrationInProgress",
  "Target deregistration is in progress",
);
export const notInUse = health(
  "unused",
  "Target.NotInUse",
  "Target group is not configured to receive traffic from the load balancer",
);
/** ECS treats it as a failed health check. */
export const zoneNotEnabled = health(
  "unused",
  "Target.NotInUse",
  "Target is in an Availability Zone that is not enabled for the load balancer",
);
export const notRegistered = health(
  "unused",
  "Target.NotRegistered",
  "Target is not registered to the target group",
);

function unhealthy(result: ProbeResult): TargetHealth {
  if (result.outcome === "timeout") return health("unhealthy", "Target.Timeout", "Request timed out");
  if (result.outcome !== "mismatch")
    return health("unhealthy", "Target.FailedHealthChecks", "Health checks failed");
  const codes = `Health checks failed with these codes: [${result.status}]`;
  return health("unhealthy", "Target.ResponseCodeMismatch", codes);
}

/**
 * A check takes real time, of the target's program too. At a fast clock the checks of a healthy target are this many
 * times their duration apart, and at most so many real milliseconds.
 */
const checkPause = { timesDuration: 30, longestMs: 500 };

interface Checked {
  readonly settings: () => TargetGroupRecord["settings"];
  /** Whether the packets to a port of the target are dropped. */
  readonly isClosed: (port: number) => boolean;
}

/** Checks a target's health until the signal ends it; reports every change. */
export async function watchTarget(
  environment: Environment,
  { settings, isClosed }: Checked,
  target: TargetRecord,
  onChange: () => void,
): Promise<void> {
  const { clock } = environment;
  const { signal } = target.activity;
  const judge = createJudge();
  const registeredAt = performance.now();
  const mayStart = async () => {
    const sinceMs = performance.now() - registeredAt;
    return mayStillStart(clock, sinceMs, await environment.taskRuntime.waitedMs(target.description.Id));
  };
  while (!signal.aborted) {
    const group = settings();
    const intervalMs = group.HealthCheckIntervalSeconds * 1000;
    const intervalPassed = passes(clock.wait(intervalMs, signal));
    const beganAt = performance.now();
    const check = probeOf(group, target);
    const result = isClosed(check.port)
      ? await passes(clock.wait(check.timeoutMs, signal)).then(() => ({ outcome: "timeout" }) as const)
      : await probe(environment, check, signal);
    const tookMs = performance.now() - beganAt;
    if (signal.aborted) return;
    // A new target that refuses connections is still initial, as it would be with thresholds that pass in real seconds.
    const isRefused = result.outcome === "refused" && target.health.State === "initial";
    const isStarting = isRefused && (await mayStart());
    const next = isStarting ? target.health : judge(target.health, result, group);
    if (next !== target.health) {
      target.health = next;
      onChange();
    }
    if (!(await intervalPassed)) return;
    const pauseMs = Math.min(tookMs * checkPause.timesDuration, checkPause.longestMs);
    const restMs = pauseMs * clock.scale - intervalMs;
    const isSettled = result.outcome === "passed" && target.health === healthy;
    if (isSettled && restMs > 0 && !(await passes(clock.wait(restMs, signal)))) return;
  }
}

function probeOf(group: TargetGroupRecord["settings"], { description }: TargetRecord) {
  const matches = parseStatusMatcher(group.Matcher.HttpCode);
  if (matches === undefined) throw new Error(`matcher '${group.Matcher.HttpCode}' went unchecked`);
  return {
    address: description.Id,
    port: group.HealthCheckPort === "traffic-port" ? description.Port : Number(group.HealthCheckPort),
    path: group.HealthCheckPath,
    timeoutMs: group.HealthCheckTimeoutSeconds * 1000,
    matches,
  };
}

type Judge = (
  current: TargetHealth,
  result: ProbeResult,
  group: TargetGroupRecord["settings"],
) => TargetHealth;

/**
 * Counts consecutive results. One passed check makes a new target healthy; one that was unhealthy needs the
 * healthy threshold (guide, "Health checks for Application Load Balancer target groups").
 */
function createJudge(): Judge {
  let passed = 0;
  let failed = 0;
  return (current, result, group) => {
    const isInitial = current.State === "initial";
    if (result.outcome === "passed") {
      failed = 0;
      passed++;
      if (current.State === "healthy") return current;
      return isInitial || passed >= group.HealthyThresholdCount ? healthy : current;
    }
    passed = 0;
    failed++;
    if (failed < group.UnhealthyThresholdCount) return current;
    const verdict = unhealthy(result);
    return verdict.Description === current.Description ? current : verdict;
  };
}
