import { type DeploymentInfo, GetDeploymentCommand } from "@aws-sdk/client-codedeploy";
import { isAccessDenied, messageOf } from "../../core/aws-errors.ts";
import { createPatience } from "../../core/outage-tolerance.ts";
import { settleTermsOf } from "../../delivery/codedeploy/budget.ts";
import { createRevisionReader } from "../../delivery/codedeploy/deployed-revision.ts";
import { runningDeployment } from "../../delivery/codedeploy/running-deployment.ts";
import { finalStatuses } from "../../delivery/codedeploy/snapshot.ts";
import type { DeliveryContext } from "../../delivery/context.ts";
import type { CheckedDeployment } from "../../delivery/deployment/deployment.ts";
import { logProgress } from "../../delivery/deployment/follow.ts";
import { alarmsOf, type Last, readEvidence } from "../../delivery/deployment/outcome.ts";
import { watchTasks } from "../../delivery/diagnosis/watch-tasks.ts";
import type { RunningDeployment, Snapshot } from "../../delivery/engine.ts";
import { DeploymentRecord } from "../../delivery/record.ts";
import { createSettling, type Settling } from "../../delivery/settle/settle.ts";
import { settleTimeOf } from "../../delivery/settle/up-clock.ts";
import { findService, type RunningService, type ServiceName } from "../../ecs/service.ts";
import { findGroup } from "./budget.ts";
import { type FollowContext, toDeliveryContext } from "./context.ts";
import type { FollowInputs } from "./inputs.ts";
import type { PipelineRecord } from "./record.ts";
import type { ActionRun } from "./snapshot.ts";

/** A CodeDeploy deployment that an action began. */
interface FollowedDeployment {
  readonly context: DeliveryContext;
  readonly running: RunningDeployment;
  readonly checked: CheckedDeployment;
  /** In milliseconds since the epoch. */
  readonly createdAt: number;
  readonly hasTooManyFailedTasks: (snapshot: Snapshot) => Promise<boolean>;
  /** Undefined with settle-for: 0. */
  readonly settling: Settling | undefined;
  /** Undefined before the first poll. */
  last: Snapshot | undefined;
  /** State before this step stopped it. */
  before: Last["before"];
}

/** Inputs that say when a deployment is stopped. */
type Watched = Pick<FollowInputs, "maxFailedTasks" | "settleMs">;

export type DeploymentWatch = ReturnType<typeof watchDeployments>;

/** Follows the deployments of CodeDeployToECS actions as deploy-service follows its own. */
export function watchDeployments(
  context: FollowContext,
  record: PipelineRecord,
  inputs: Watched,
  /** Called for each deployment that is new. */
  onBegin: () => void,
) {
  const followed = new Map<string, FollowedDeployment>();
  const unknown = new Set<string>();
  const ask = createPatience(context);

  async function lookAt(action: ActionRun): Promise<boolean> {
    const known = followed.get(action.id);
    if (known?.last?.ended || unknown.has(action.id)) return false;
    const deployment = known ?? (await begin(action));
    return deployment ? ((await ask(() => advance(deployment))) ?? false) : false;
  }

  async function begin(action: ActionRun): Promise<FollowedDeployment | undefined> {
    const deployment = await ask(() => adoptDeployment(context, action, inputs));
    if (deployment === "unknown") unknown.add(action.id);
    if (!deployment || deployment === "unknown") return undefined;
    followed.set(action.id, deployment);
    record.deployments.push(deployment.checked.record);
    onBegin();
    return deployment;
  }

  return {
    /** Follows the deployments that these actions began; returns whether anything is new. */
    async poll(actions: readonly ActionRun[]): Promise<boolean> {
      const deploying = actions.filter(
        ({ provider, externalId }) => provider === "CodeDeployToECS" && externalId,
      );
      const news = await Promise.all(deploying.map(lookAt));
      return news.includes(true);
    },
    /** Returns the CodeDeploy ids of those that have not ended. */
    ongoing: () => [...followed.values()].flatMap(({ running, last }) => (last?.ended ? [] : running.id)),
    /** Returns undefined when the action began none, or it cannot be followed. */
    of: ({ id }: ActionRun) => followed.get(id),
    all: () => [...followed.values()],
  };
}

/** Polls a deployment once; crashing tasks end it here, since CodeDeploy would allow them an hour of crashes. */
async function advance(deployment: FollowedDeployment): Promise<boolean> {
  const { context, running, createdAt, last } = deployment;
  const { record } = deployment.checked;
  const now: Snapshot = await running.poll(context.signal);
  if (!last) logBegin(deployment, now);
  const news = logProgress(context, record, createdAt, last, now);
  deployment.last = now;
  record.durationMs = context.clock.now() - createdAt;
  if (!now.ended && !deployment.before && (await isFailing(deployment, now))) {
    const seen = { ...now, ...alarmsOf(deployment.settling) };
    const before = await readEvidence(context, deployment.checked, running, seen);
    deployment.before = (await running.stop("rollback")) ? before : undefined;
    return true;
  }
  return news;
}

async function isFailing({ settling, hasTooManyFailedTasks }: FollowedDeployment, now: Snapshot) {
  const state = (await settling?.poll(now, false)) ?? "off";
  return state === "failing" || (state === "off" && (await hasTooManyFailedTasks(now)));
}

/** Records the traffic before the first poll. If it had shifted by then, CodeDeploy has the time. */
function logBegin({ running, checked: { record }, createdAt }: FollowedDeployment, now: Snapshot): void {
  if (running.initialTraffic) record.traffic.push({ atMs: 0, ...running.initialTraffic });
  const shiftedAt = now.events.find(({ name }) => name === "AllowTraffic")?.endedAt;
  if (now.traffic && shiftedAt !== undefined && now.traffic.blue === 0)
    record.traffic.push({ atMs: Math.max(0, shiftedAt - createdAt), ...now.traffic });
}

/**
 * Returns "unknown" when the deployment cannot be read, or its service is not known: then only the pipeline's own words
 * are available.
 */
async function adoptDeployment(
  context: FollowContext,
  action: ActionRun,
  inputs: Watched,
): Promise<FollowedDeployment | "unknown"> {
  try {
    return await adopt(context, action, inputs);
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    context.log.warning(`Could not follow deployment ${action.externalId}: ${messageOf(error)}`);
    return "unknown";
  }
}

async function adopt(
  context: FollowContext,
  { externalId: deploymentId }: ActionRun,
  inputs: Watched,
): Promise<FollowedDeployment | "unknown"> {
  const command = new GetDeploymentCommand({ deploymentId });
  const options = { abortSignal: context.signal };
  const { deploymentInfo = {} } = await context.clients.codedeploy.send(command, options);
  const group = await findGroup(context, deploymentInfo);
  const { clusterName: cluster, serviceName: service } = group?.ecsServices?.[0] ?? {};
  if (!cluster || !service) return "unknown";
  const { keptMs, alarms } = settleTermsOf(group);
  const settleMs = settleTimeOf(inputs.settleMs, "complete", keptMs);
  const terms = { maxFailedTasks: inputs.maxFailedTasks, settleMs, alarms };
  return followedDeployment(context, { cluster, service }, deploymentInfo, terms);
}

async function followedDeployment(
  context: FollowContext,
  name: ServiceName,
  info: DeploymentInfo,
  terms: { readonly maxFailedTasks: number; readonly settleMs: number; readonly alarms: readonly string[] },
): Promise<FollowedDeployment> {
  const deliveryContext = toDeliveryContext(context);
  const readRevision = createRevisionReader(deliveryContext, info.applicationName ?? "");
  const [service, revision = ""] = await Promise.all([
    findService(context, name),
    readRevision(info.revision),
  ]);
  const record = new DeploymentRecord(name.cluster, name.service);
  // The tasks of an execution that is followed later may have been up for long.
  const ranBefore = finalStatuses.includes(info.status ?? "");
  record.startedAt = info.createTime?.getTime() ?? context.clock.now();
  record.deploymentId = info.deploymentId ?? "";
  record.revisionBefore =
    revisionBefore(service, revision) ?? (await readRevision(info.previousRevision)) ?? "";
  record.revisionAfter = revision;
  record.changed = true;
  return {
    context: deliveryContext,
    running: runningDeployment(deliveryContext, record.deploymentId),
    checked: { record, revision, inputs: { ...name, desiredCount: undefined } },
    createdAt: record.startedAt,
    hasTooManyFailedTasks: watchTasks(deliveryContext, { ...name, ...terms, record, revision }),
    settling:
      terms.settleMs > 0
        ? createSettling(deliveryContext, { ...name, ...terms, record, revision, ranBefore })
        : undefined,
    last: undefined,
    before: undefined,
  };
}

/**
 * Returns the previous revision. Once traffic has shifted, production is the new revision, and the old one waits for
 * its end next to it, or is gone.
 */
function revisionBefore(
  { revision: production, service }: RunningService,
  revision: string,
): string | undefined {
  if (production !== revision) return production;
  const others = (service.taskSets ?? []).flatMap(({ taskDefinition }) => taskDefinition ?? []);
  return others.find((each) => each !== revision);
}
