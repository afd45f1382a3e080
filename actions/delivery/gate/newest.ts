import { formatTime } from "../../core/duration.ts";
import { type Finding, fault, note } from "../../core/findings.ts";
import { shortRevision } from "../../ecs/revision.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import { upperFirst } from "../deployment/deployment.ts";
import { runningDeployment } from "../ecs/running-deployment.ts";
import { describeRevisions, listServiceDeployments } from "../ecs/service-deployments.ts";
import type { RunningDeployment, Snapshot } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";

/** The newest deployment of a service; one that was rolled back, not its rollback. */
export interface Newest {
  readonly running: RunningDeployment;
  /** ARN of the task definition; undefined when AWS does not show it. */
  readonly revision: string | undefined;
  readonly snapshot: Snapshot;
}

/** Finds the newest deployment of the service; undefined without one. */
export async function findNewest(
  context: DeliveryContext,
  inputs: DeployInputs,
  service: RunningService,
): Promise<Newest | undefined> {
  const find =
    service.controller === "CODE_DEPLOY"
      ? (await import("../codedeploy/newest.ts")).findNewestDeployment
      : findInEcs;
  const found = await find(context, inputs, service);
  return found && { ...found, snapshot: await found.running.poll(context.signal) };
}

async function findInEcs(context: DeliveryContext, inputs: DeployInputs, { service }: RunningService) {
  const list = (signal: AbortSignal | undefined) => listServiceDeployments(context, inputs, signal);
  const [newest] = await list(context.signal);
  if (!newest) return undefined;
  const { serviceDeploymentArn: arn = "", targetServiceRevisionArn } = newest;
  const primary = service.deployments?.find(({ status }) => status === "PRIMARY");
  const [revision] = targetServiceRevisionArn
    ? await describeRevisions(context, [targetServiceRevisionArn])
    : [];
  return { running: runningDeployment(context, list, arn, primary?.id, Number.POSITIVE_INFINITY), revision };
}

/** Returns the revision that gets production traffic while another one waits: ECS shows that one as the service's. */
export function revisionInProduction({ service, primary, revision }: RunningService): string {
  const old = service.deployments?.find(({ status }) => status === "ACTIVE");
  return primary?.taskDefinition ?? old?.taskDefinition ?? revision;
}

/** Compares with an ARN or `family:revision`. */
export function isOf({ revision }: Pick<Newest, "revision">, wanted: string): boolean {
  return revision !== undefined && (revision === wanted || shortRevision(revision) === wanted);
}

/** Returns such as `deployment d-1 of web:8`. */
export function nameOf({ running, revision }: Newest): string {
  return `${running.name}${revision ? ` of ${shortRevision(revision)}` : ""}`;
}

/** Returns whether somebody has let the deployment shift its traffic, or nothing held it back. */
export function hasPassedGate({ snapshot }: Newest): boolean {
  const { events, traffic } = snapshot;
  const continued = events.some(({ hook, status }) => hook === "" && status === "SUCCEEDED");
  return hasBegunShift(events) || continued || (traffic?.green ?? 0) > 0;
}

/** CodeDeploy shows events that it left out as skipped. */
function hasBegunShift(events: Snapshot["events"]): boolean {
  return events.some(({ name, status }) => /^(Before)?AllowTraffic$/.test(name) && !isOpen(status));
}

const isOpen = (status: string) => status === "Pending" || status === "Skipped";

/** Says until when a deployment waits; "" for one that does not wait. */
export function waitOf({ snapshot: { stage, quietUntil } }: Pick<Newest, "snapshot">): string {
  if (stage !== "ready") return "";
  return `waits before the traffic shift${quietUntil ? ` until ${formatTime(quietUntil)}` : ""}`;
}

/** Shows which deployment waits; for a step that would begin another one, that is a fault. */
export function waitingFindings(
  newest: Newest | undefined,
  { service, waitUntil }: DeployInputs,
  revision = "",
): Finding[] {
  const wait = newest && waitOf(newest);
  if (!wait) return [];
  const what = `${nameOf(newest)} ${wait}`;
  if (waitUntil !== "ready" || isOf(newest, revision))
    return note(`${upperFirst(what)}: mode: continue lets it go on, the action rollback-service ends it.`);
  return fault(
    `${what}, so no other revision of ${service} can be deployed`,
    `let it go on (mode: continue, revision: ${shortRevision(newest.revision ?? "")}) or end it (action rollback-service)`,
  );
}

/** Returns whether the deployment goes on; ECS is minutes at ending one that nobody can continue any more. */
export function isInProgress({ snapshot: { ended, status } }: Newest): boolean {
  return ended === undefined && !/^(STOP|ROLLBACK)_/.test(status);
}

/** Says how a deployment ends that nobody had continued; "" for any other. */
export function missedGate(newest: Newest): string {
  const { ended, events, status, reason, aftermath } = newest.snapshot;
  if (ended === "succeeded" || isInProgress(newest)) return "";
  const installed = events.some(({ name, status: of }) => name === "Install" && of === "Succeeded");
  const waited = installed && !hasBegunShift(events) && events.every((event) => event.status !== "Failed");
  const paused = events.some(({ hook, status: of }) => hook === "" && of !== "SUCCEEDED");
  if (!waited && !paused) return "";
  return `${nameOf(newest)} was not continued: ${status}${aftermath}${reason ? ` (${reason.message})` : ""}`;
}
