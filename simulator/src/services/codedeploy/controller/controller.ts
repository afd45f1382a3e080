import type { AutoRollbackEvent, TrafficRoutingConfig } from "@aws-sdk/client-codedeploy";
import type { Environment } from "../../../environment.ts";
import type { AppSpec } from "../app-spec.ts";
import { addDeployment, type CodeDeployState, type Deployment, type Group, isOver } from "../state.ts";
import { findBlue, removeTaskSet } from "./install.ts";
import {
  DeploymentFailure,
  orEcsFailure,
  performEvent,
  plannedEvents,
  type Run,
  type RunTaskSet,
  refreshTaskSets,
  StopRequest,
  serviceOf,
  skipPending,
  testListener,
} from "./run.ts";
import { admit, runDeployment } from "./run-deployment.ts";
import { putActions, settleProduction, weighProduction } from "./shift-traffic.ts";

export interface CodeDeployController {
  start(
    group: Group,
    deployment: Deployment,
    plan: { appSpec: AppSpec; routing: TrafficRoutingConfig },
  ): void;
  /** `rollBack` undefined uses the group's automatic rollback. */
  stop(deployment: Deployment, rollBack: boolean | undefined): void;
  /** Stops deployments of a group that is being deleted, without a rollback. */
  abandon(group: Group): void;
  /** Updates the counts that the deployment's target reports. */
  refresh(deployment: Deployment): Promise<void>;
  /** Ends every deployment in its current state. */
  close(): Promise<void>;
}

/** Performs deployments, one task each. */
export function createCodeDeployController(
  environment: Environment,
  state: CodeDeployState,
): CodeDeployController {
  const controlled: Controlled = { environment, state, closing: new AbortController(), runs: new Map() };
  return {
    start: (group, deployment, plan) => {
      const run = newRun(controlled, deployment, plan);
      const hasTest = testListener(run) !== undefined;
      deployment.target.events.push(...plannedEvents({ testListener: hasTest, rollback: false }));
      launch(controlled, run, () => perform(controlled, group, run));
    },
    stop: (deployment, rollBackWanted) =>
      deployment.control.abort(
        new StopRequest("MANUAL_STOP", "The deployment was stopped by the user.", rollBackWanted),
      ),
    abandon: (group) => {
      for (const deployment of group.deployments)
        if (!isOver(deployment))
          deployment.control.abort(
            new StopRequest("DEPLOYMENT_GROUP_MISSING", "The deployment group was deleted.", false),
          );
    },
    refresh: async (deployment) => {
      const found = controlled.runs.get(deployment);
      if (found) await refreshTaskSets(found.run);
    },
    close: async () => {
      controlled.closing.abort(new Error("the simulator is closing"));
      await Promise.all([...controlled.runs.values()].map(({ ended }) => ended));
    },
  };
}

interface Controlled {
  readonly environment: Environment;
  readonly state: CodeDeployState;
  readonly closing: AbortController;
  /** Deployments in progress. */
  readonly runs: Map<Deployment, { readonly run: Run; readonly ended: Promise<void> }>;
}

function launch({ runs }: Controlled, run: Run, work: () => Promise<void>): void {
  const ended = work().finally(() => runs.delete(run.deployment));
  runs.set(run.deployment, { run, ended });
}

function newRun(
  { environment, closing }: Controlled,
  deployment: Deployment,
  { appSpec, routing }: Pick<Run, "appSpec" | "routing">,
): Run {
  return {
    environment,
    deployment,
    appSpec,
    routing,
    signal: AbortSignal.any([deployment.control.signal, closing.signal]),
    pair: [],
    testRoutesBefore: [],
  };
}

async function perform(controlled: Controlled, group: Group, run: Run): Promise<void> {
  const { signal } = controlled.closing;
  const outcome = await outcomeOf(runDeployment(run));
  if (signal.aborted) return;
  const goesBack = outcome !== undefined && wantsRollback(run.deployment, outcome) && (await canGoBack(run));
  if (signal.aborted) return;
  finish(run, outcome);
  if (goesBack) rollBack(controlled, group, run);
}

function finish(run: Run, outcome: unknown): void {
  const { deployment, environment } = run;
  skipPending(run);
  deployment.completeTime = environment.clock.now();
  deployment.target.updatedAt = deployment.completeTime;
  if (outcome === undefined) {
    deployment.status = "Succeeded";
    deployment.target.status = "Succeeded";
    return;
  }
  const stopped = outcome instanceof StopRequest;
  deployment.status = stopped ? "Stopped" : "Failed";
  deployment.target.status = stopped ? "Skipped" : "Failed";
  const known = stopped || outcome instanceof DeploymentFailure;
  const message = outcome instanceof Error ? outcome.message : String(outcome);
  deployment.error = { code: known ? outcome.code : "INTERNAL_ERROR", message };
  if (!known) environment.warn(`deployment ${deployment.id} failed inside the simulator: ${outcome}`);
}

function rollBack(controlled: Controlled, group: Group, failed: Run): void {
  const { deployment: original } = failed;
  const rollback = addDeployment(controlled.state, group, {
    applicationName: original.applicationName,
    // A rollback shifts all traffic back at once, for any configuration of the deployment.
    settings: { ...original.settings, configName: "CodeDeployDefault.ECSAllAtOnce" },
    revision: original.previousRevision,
    creator: "codeDeployRollback",
    description: `Rollback of ${original.id}`,
    now: controlled.environment.clock.now(),
  });
  rollback.target.events.push(...plannedEvents({ testListener: false, rollback: true }));
  rollback.rollbackInfo = {
    rollbackTriggeringDeploymentId: original.id,
    rollbackMessage: `Deployment ${rollback.id} is triggered to roll back deployment ${original.id}.`,
  };
  original.rollbackInfo = {
    rollbackDeploymentId: rollback.id,
    rollbackMessage: `Deployment ${original.id} terminated. Automatic rollback is triggered with a DeploymentId ${rollback.id}.`,
  };
  const { blue, green } = original.target;
  if (blue) rollback.target.blue = { ...blue };
  if (green) rollback.target.green = { ...green };
  const { deployment: _, signal: __, ...found } = failed;
  const run: Run = { ...newRun(controlled, rollback, failed), ...found };
  launch(controlled, run, async () => {
    const outcome = await outcomeOf(runRollback(run));
    if (!controlled.closing.signal.aborted) finish(run, outcome);
  });
}

/** Returns undefined when the work succeeded, else the error. */
function outcomeOf(work: Promise<void>): Promise<unknown> {
  return work.then(
    () => undefined,
    (reason) => reason,
  );
}

function wantsRollback({ settings: { autoRollback } }: Deployment, outcome: unknown): boolean {
  const automatic = Boolean(autoRollback.enabled && autoRollback.events?.includes(rollbackEvent(outcome)));
  return outcome instanceof StopRequest ? (outcome.rollBack ?? automatic) : automatic;
}

/** A deployment that ended before Install is rolled back too, without any effect. */
function canGoBack(run: Run): Promise<boolean> {
  const found: Promise<unknown> = run.blue ? Promise.resolve() : findBlue(run);
  return found.then(
    () => true,
    () => false,
  );
}

function rollbackEvent(outcome: unknown): AutoRollbackEvent {
  if (!(outcome instanceof StopRequest)) return "DEPLOYMENT_FAILURE";
  return outcome.code === "ALARM_ACTIVE" ? "DEPLOYMENT_STOP_ON_ALARM" : "DEPLOYMENT_STOP_ON_REQUEST";
}

/** Shifts production back to blue, restores the test listener, drains and removes green. */
async function runRollback(run: Run): Promise<void> {
  const { blue, green } = run;
  if (!blue) throw new Error("a rollback needs the original task set, which Install finds");
  await admit(run);
  await performEvent(run, "BeforeAllowTraffic");
  await performEvent(run, "AllowTraffic", () => bringTrafficBack(run, blue));
  await performEvent(run, "AfterAllowTraffic");
  if (green) await removeTaskSet(run, green.id);
  await settleProduction(run, blue);
  await refreshTaskSets(run);
}

async function bringTrafficBack(run: Run, blue: RunTaskSet): Promise<void> {
  const { aws } = run.environment;
  if (run.green) await weighProduction(run, 0);
  for (const route of run.testRoutesBefore) await putActions(aws, route);
  await orEcsFailure(aws.ecs.updateServicePrimaryTaskSet({ ...serviceOf(run), primaryTaskSet: blue.id }));
}
