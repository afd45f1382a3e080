import type { ServiceDeploymentBrief } from "@aws-sdk/client-ecs";
import { Failure } from "../../core/failure.ts";
import { refuseFindings } from "../../core/findings.ts";
import { beforeChanges, readBeforeChanges, retryOutages } from "../../core/outage-tolerance.ts";
import { ignoreAlarmsOfGroup } from "../../delivery/codedeploy/group.ts";
import type { DeliveryContext } from "../../delivery/context.ts";
import { runningDeployment } from "../../delivery/ecs/running-deployment.ts";
import {
  describeRevisions,
  isOngoing,
  type ListDeployments,
  listServiceDeployments,
  shortId,
} from "../../delivery/ecs/service-deployments.ts";
import type { DeploymentRecord } from "../../delivery/record.ts";
import { refuseExpired } from "../../delivery/verify/credentials-life.ts";
import { describeRevision, shortRevision } from "../../ecs/revision.ts";
import { findService, type RunningService, targetGroupOf } from "../../ecs/service.ts";
import { rollBackActive } from "./end-active.ts";
import { goBack } from "./go-back.ts";
import type { RollbackInputs } from "./inputs.ts";
import {
  openCodeDeployHistory,
  type PastDeployment,
  type ServiceHistory,
  withNoted,
} from "./service-history.ts";

/** Ends the running deployment, or deploys the former revision with deploy-service's engine. */
export async function rollBack(
  context: DeliveryContext,
  inputs: RollbackInputs,
  record: DeploymentRecord,
): Promise<void> {
  record.rollback = true;
  await refuseExpired(context);
  const service = await readBeforeChanges(context, () => findService(context, inputs), {
    firstContact: true,
  });
  record.revisionBefore = service.revision;
  record.targetGroup = targetGroupOf(service);
  const schedules = await findSchedules(context, inputs, record, service);
  const settled = await beforeChanges(
    ignoreAlarmsOfGroup(context, { ...inputs, schedules: undefined }, service),
  );
  const history = withNoted(openHistory(service, context, inputs), service);
  const deployments = await readBeforeChanges(context, () => history.list());
  const active = deployments.find(({ state }) => state === "ongoing");
  const rollback = { context, inputs: settled, record, service, deployments };
  if (!active && inputs.to === "active")
    throw new Failure(`No deployment of ${inputs.service} is in progress that could be rolled back`, {
      nextStep: `to roll back from ${shortRevision(service.revision)}, set to: last-good or a revision.`,
    });
  await (active ? rollBackActive(rollback, history, active) : goBack(rollback));
  if (!schedules) return;
  const { moveSchedules } = await import("../../delivery/schedules/move.ts");
  const { revision } = await retryOutages(context, () => findService(context, inputs));
  await moveSchedules(context, schedules, revision, record);
}

/** Finds the schedules that start production's revision after the rollback, or throws what is wrong with them. */
async function findSchedules(
  context: DeliveryContext,
  inputs: RollbackInputs,
  record: DeploymentRecord,
  service: RunningService,
) {
  if (!inputs.schedules) return undefined;
  const { verifySchedules } = await import("../../delivery/schedules/verify.ts");
  const found = await readBeforeChanges(context, async () => {
    const revision = await describeRevision(context, service.revision);
    return verifySchedules(context, inputs, service, revision?.taskDefinition);
  });
  record.findings.push(...found.findings);
  refuseFindings(found.findings, context.log);
  return found;
}

/** Chooses the history by the service's deployment controller, like the deploying engine. */
function openHistory(
  service: RunningService,
  context: DeliveryContext,
  inputs: RollbackInputs,
): ServiceHistory {
  if (service.controller === "CODE_DEPLOY") return openCodeDeployHistory(context, inputs);
  if (service.controller === "ECS") return openEcsHistory(service, context, inputs);
  throw new Failure(
    `Service ${inputs.service} has the deployment controller ${service.controller}; this action rolls back services with ECS or CODE_DEPLOY`,
    { nextStep: "roll it back with the tool that created its task sets." },
  );
}

/** Opens the service deployments of the last 90 days; a page has as many as DescribeServiceRevisions accepts. */
function openEcsHistory(
  { service }: RunningService,
  context: DeliveryContext,
  inputs: RollbackInputs,
): ServiceHistory {
  const primary = service.deployments?.find(({ status }) => status === "PRIMARY");
  const list: ListDeployments = (signal) => listServiceDeployments(context, inputs, signal);
  return {
    async list() {
      const listed = await list(context.signal);
      const arns = listed.flatMap(({ targetServiceRevisionArn }) => targetServiceRevisionArn ?? []);
      if (arns.length === 0) return [];
      const distinct = [...new Set(arns)];
      const found = await describeRevisions(context, distinct);
      const revisions = new Map(distinct.map((arn, index) => [arn, found[index]]));
      return listed.map((each) => pastDeployment(each, revisions.get(each.targetServiceRevisionArn ?? "")));
    },
    resume: ({ id }) => runningDeployment(context, list, id, primary?.id, Number.POSITIVE_INFINITY),
  };
}

function pastDeployment(brief: ServiceDeploymentBrief, revision: string | undefined): PastDeployment {
  const { serviceDeploymentArn: id = "", status = "PENDING" } = brief;
  const ended = status === "SUCCESSFUL" ? "succeeded" : "unsuccessful";
  return {
    id,
    name: `service deployment ${shortId(id)}`,
    status,
    state: isOngoing(brief) ? "ongoing" : ended,
    revision,
    isRollback: status === "ROLLBACK_REQUESTED" || status === "ROLLBACK_IN_PROGRESS",
  };
}
