import type { ServiceDeploymentBrief } from "@aws-sdk/client-ecs";
import type { DeliveryContext } from "../../delivery/context.ts";
import { runningDeployment } from "../../delivery/ecs/running-deployment.ts";
import {
  describeRevisions,
  isOngoing,
  listServiceDeployments,
  shortId,
} from "../../delivery/ecs/service-deployments.ts";
import type { RunningService } from "../../shared/ecs/service.ts";
import type { RollbackInputs } from "./inputs.ts";
import type { PastDeployment, ServiceHistory } from "./service-history.ts";

/** Opens the service deployments of the last 90 days; a page has as many as DescribeServiceRevisions accepts. */
export function openEcsHistory(
  { service }: RunningService,
  context: DeliveryContext,
  inputs: RollbackInputs,
): ServiceHistory {
  const primary = service.deployments?.find(({ status }) => status === "PRIMARY");
  return {
    async list() {
      const listed = await listServiceDeployments(context, inputs, context.signal);
      const arns = listed.flatMap(({ targetServiceRevisionArn }) => targetServiceRevisionArn ?? []);
      if (arns.length === 0) return [];
      const distinct = [...new Set(arns)];
      const found = await describeRevisions(context, distinct);
      const revisions = new Map(distinct.map((arn, index) => [arn, found[index]]));
      return listed.map((each) => pastDeployment(each, revisions.get(each.targetServiceRevisionArn ?? "")));
    },
    resume: ({ id }) => runningDeployment(context, inputs, id, primary?.id, true),
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
