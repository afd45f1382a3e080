import type {
  ECSTaskSet,
  ErrorCode,
  LifecycleEvent,
  TargetLabel,
  TrafficRoutingConfig,
} from "@aws-sdk/client-codedeploy";
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../../environment.ts";
import type { AwsError } from "../../../kit/errors.ts";
import type { AppSpec } from "../app-spec.ts";
import type { Deployment } from "../state.ts";

export interface RunTaskSet {
  readonly id: string;
  readonly targetGroupArn: string;
  readonly targetGroupName: string;
}

/** A rule, or the default action of a listener, that forwards to a target group of a pair. */
export interface Route {
  readonly listenerArn: string;
  /** Absent for the listener's default action. */
  readonly ruleArn?: string | undefined;
  readonly actions: Action[];
}

/** One deployment in progress: its request, and the resources found and created so far. */
export interface Run {
  readonly environment: Environment;
  readonly deployment: Deployment;
  readonly appSpec: AppSpec;
  readonly routing: TrafficRoutingConfig;
  readonly signal: AbortSignal;
  /** The task set in production when the deployment began. */
  blue?: RunTaskSet;
  green?: RunTaskSet;
  /** ARNs of the two target groups, once they are known. */
  pair: readonly string[];
  /** The original routes of the test listener. */
  testRoutesBefore: Route[];
}

export const minute = 60_000;

/** Returns the ids that every ECS call about this deployment's service starts with. */
export function serviceOf({ deployment }: Run): { cluster: string; service: string } {
  const { clusterName, serviceName } = deployment.settings.service;
  return { cluster: clusterName, service: serviceName };
}

export function productionListener({ deployment }: Run): string {
  const [pair] = deployment.settings.loadBalancer.targetGroupPairInfoList ?? [];
  return pair?.prodTrafficRoute?.listenerArns?.[0] ?? "";
}

export function testListener({ deployment }: Run): string | undefined {
  const [pair] = deployment.settings.loadBalancer.targetGroupPairInfoList ?? [];
  return pair?.testTrafficRoute?.listenerArns?.[0];
}

/** Updates the counts of both task sets, as the target reports them; a deleted one counts 0. */
export async function refreshTaskSets(run: Run): Promise<void> {
  const { target } = run.deployment;
  const ids = [target.blue, target.green].flatMap((view) => view?.identifer ?? []);
  if (ids.length === 0) return;
  const { taskSets = [] } = await run.environment.aws.ecs.describeTaskSets({
    ...serviceOf(run),
    taskSets: ids,
  });
  for (const view of [target.blue, target.green]) {
    if (!view) continue;
    const taskSet = taskSets.find(({ id }) => id === view.identifer);
    view.desiredCount = taskSet?.computedDesiredCount ?? 0;
    view.pendingCount = taskSet?.pendingCount ?? 0;
    view.runningCount = taskSet?.runningCount ?? 0;
    view.status = taskSet?.status ?? "DRAINING";
  }
}

export function viewOf(taskSet: RunTaskSet, label: TargetLabel, trafficWeight: number): ECSTaskSet {
  return {
    identifer: taskSet.id,
    desiredCount: 0,
    pendingCount: 0,
    runningCount: 0,
    status: label === "Blue" ? "PRIMARY" : "ACTIVE",
    trafficWeight,
    targetGroup: { name: taskSet.targetGroupName },
    taskSetLabel: label,
  };
}

/** Source: "List of lifecycle event hooks for an Amazon ECS deployment", CodeDeploy user guide. */
const installing = ["BeforeInstall", "Install", "AfterInstall"] as const;
const testing = ["AllowTestTraffic", "AfterAllowTestTraffic"] as const;
const allowing = ["BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"] as const;

type EventName = (typeof installing)[number] | (typeof testing)[number] | (typeof allowing)[number];

/** Returns the events of a deployment, or of a rollback, which only shifts the traffic back. */
export function plannedEvents(options: { testListener: boolean; rollback: boolean }): LifecycleEvent[] {
  const names = options.rollback
    ? allowing
    : [...installing, ...(options.testListener ? testing : []), ...allowing];
  return names.map((lifecycleEventName) => ({ lifecycleEventName, status: "Pending" }));
}

/** Runs one event; without an action it succeeds at once. */
export async function performEvent(
  { deployment: { target }, environment: { clock } }: Pick<Run, "deployment" | "environment">,
  name: EventName,
  action: () => Promise<void> = async () => {},
): Promise<void> {
  const event = target.events.find(({ lifecycleEventName }) => lifecycleEventName === name);
  if (!event) throw new Error(`the deployment has no lifecycle event ${name}`);
  const finish = (change: LifecycleEvent) => {
    target.updatedAt = clock.now();
    Object.assign(event, change, { endTime: target.updatedAt });
  };
  target.updatedAt = clock.now();
  Object.assign(event, { status: "InProgress", startTime: target.updatedAt });
  try {
    await action();
    finish({
      status: "Succeeded",
      diagnostics: { errorCode: "Success", scriptName: "", message: "", logTail: "" },
    });
  } catch (error) {
    const message = diagnosticOf(error);
    finish({
      status: "Failed",
      diagnostics: { errorCode: "UnknownError", scriptName: "", message, logTail: "" },
    });
    throw error;
  }
}

function diagnosticOf(error: unknown): string {
  if (error instanceof DeploymentFailure) return error.diagnostic;
  return error instanceof Error ? error.message : String(error);
}

/** Skips the events that had not begun when the deployment ended. */
export function skipPending({ deployment: { target } }: Pick<Run, "deployment">): void {
  for (const event of target.events) if (event.status === "Pending") event.status = "Skipped";
}

/** Reason of a failed deployment, as in errorInformation. */
export class DeploymentFailure extends Error {
  readonly code: ErrorCode;
  /** Text for the lifecycle event's diagnostics, if it has more than the deployment's error. */
  readonly diagnostic: string;

  constructor(code: ErrorCode, message: string, diagnostic = message) {
    super(message);
    this.name = "DeploymentFailure";
    this.code = code;
    this.diagnostic = diagnostic;
  }
}

/** Reason of a stopped deployment, passed to its signal. */
export class StopRequest extends Error {
  readonly code: ErrorCode;
  /** Undefined uses the deployment group's automatic rollback. */
  readonly rollBack: boolean | undefined;

  constructor(code: ErrorCode, message: string, rollBack: boolean | undefined) {
    super(message);
    this.name = "StopRequest";
    this.code = code;
    this.rollBack = rollBack;
  }
}

/** Calls ECS; an error ends the deployment, in CodeDeploy's words. */
export function orEcsFailure<Output>(call: Promise<Output>): Promise<Output> {
  return call.catch((error: AwsError) => {
    throw new DeploymentFailure(
      "ECS_UPDATE_ERROR",
      `The ECS service cannot be updated due to an unexpected error: ${error.message} (Service: AmazonECS; Status Code: ${error.statusCode ?? 500}; Error Code: ${error.code ?? error.name}).`,
    );
  });
}

/** Calls Elastic Load Balancing; an error ends the deployment, in CodeDeploy's words. */
export function orLoadBalancerFailure<Output>(call: Promise<Output>): Promise<Output> {
  return call.catch((error: AwsError) => {
    throw new DeploymentFailure(
      "ELASTIC_LOAD_BALANCING_INVALID",
      `The ELB could not be updated due to the following error: ${error.message}`,
    );
  });
}
