import { type DeploymentInfo, GetDeploymentCommand } from "@aws-sdk/client-codedeploy";
import { isAccessDenied, messageOf } from "../../core/aws-errors.ts";
import { createRevisionReader } from "../../delivery/codedeploy/deployed-revision.ts";
import { runningDeployment } from "../../delivery/codedeploy/running-deployment.ts";
import type { CheckedDeployment } from "../../delivery/deployment/deployment.ts";
import { watchTasks } from "../../delivery/diagnosis/watch-tasks.ts";
import type { RunningDeployment, Snapshot } from "../../delivery/engine.ts";
import { newRecord } from "../../delivery/record.ts";
import { findService, type RunningService, type ServiceName } from "../../ecs/service.ts";
import { findGroup } from "./budget.ts";
import { type FollowContext, toDeliveryContext } from "./context.ts";
import type { ActionRun } from "./snapshot.ts";

/** A CodeDeploy deployment that an action began. */
export interface FollowedDeployment {
  readonly running: RunningDeployment;
  readonly checked: CheckedDeployment;
  /** In milliseconds since the epoch. */
  readonly createdAt: number;
  readonly hasTooManyFailedTasks: (snapshot: Snapshot) => Promise<boolean>;
  /** Undefined before the first poll. */
  last: Snapshot | undefined;
  /** Whether this step stopped it. */
  stopped: boolean;
}

/**
 * Returns "unknown" when the deployment cannot be read, or its service is not known: then only the pipeline's own words
 * are available.
 */
export async function adoptDeployment(
  context: FollowContext,
  action: ActionRun,
  maxFailedTasks: number,
): Promise<FollowedDeployment | "unknown"> {
  try {
    return await adopt(context, action, maxFailedTasks);
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    context.log.warning(`Could not follow deployment ${action.externalId}: ${messageOf(error)}`);
    return "unknown";
  }
}

async function adopt(
  context: FollowContext,
  { externalId: deploymentId, configuration }: ActionRun,
  maxFailedTasks: number,
): Promise<FollowedDeployment | "unknown"> {
  const command = new GetDeploymentCommand({ deploymentId });
  const { deploymentInfo = {} } = await context.clients.codedeploy.send(command, {
    abortSignal: context.signal,
  });
  const { applicationName = "", deploymentGroupName = "" } = deploymentInfo;
  const group = await findGroup(context, {
    ApplicationName: configuration.ApplicationName ?? applicationName,
    DeploymentGroupName: configuration.DeploymentGroupName ?? deploymentGroupName,
  });
  const { clusterName: cluster, serviceName: service } = group?.ecsServices?.[0] ?? {};
  if (!cluster || !service) return "unknown";
  return followedDeployment(context, { cluster, service }, deploymentInfo, maxFailedTasks);
}

async function followedDeployment(
  context: FollowContext,
  name: ServiceName,
  info: DeploymentInfo,
  maxFailedTasks: number,
): Promise<FollowedDeployment> {
  const deliveryContext = toDeliveryContext(context);
  const readRevision = createRevisionReader(deliveryContext, info.applicationName ?? "");
  const [service, revision = ""] = await Promise.all([
    findService(context, name),
    readRevision(info.revision),
  ]);
  const record = newRecord(name.cluster, name.service);
  record.startedAt = info.createTime?.getTime() ?? context.clock.now();
  record.deploymentId = info.deploymentId ?? "";
  record.revisionBefore =
    revisionBefore(service, revision) ?? (await readRevision(info.previousRevision)) ?? "";
  record.revisionAfter = revision;
  record.changed = true;
  const watched = { context: deliveryContext, record, revision };
  return {
    running: runningDeployment(deliveryContext, record.deploymentId),
    checked: { ...watched, inputs: { ...name, desiredCount: undefined } },
    createdAt: record.startedAt,
    hasTooManyFailedTasks: watchTasks({ ...watched, inputs: { ...name, maxFailedTasks } }),
    last: undefined,
    stopped: false,
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
