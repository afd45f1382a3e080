import type { LoadBalancer } from "@aws-sdk/client-ecs";
import { ecsArn, newTaskSetId } from "./names.ts";
import type { EcsContext, Placement, ServiceRecord, TaskDefinitionRecord, TaskSetRecord } from "./state.ts";

export interface NewTaskSet {
  readonly definition: TaskDefinitionRecord;
  readonly placement: Placement;
  readonly loadBalancers: LoadBalancer[];
  readonly scale: TaskSetRecord["scale"];
  readonly status: TaskSetRecord["status"];
  readonly externalId?: string;
  readonly startedBy?: string;
}

export function newTaskSet(
  { environment }: Pick<EcsContext, "environment">,
  service: ServiceRecord,
  { placement, ...given }: NewTaskSet,
): TaskSetRecord {
  const id = newTaskSetId();
  const now = environment.clock.now();
  return {
    ...given,
    ...placement,
    id,
    arn: ecsArn(environment, `task-set/${service.cluster.clusterName}/${service.name}/${id}`),
    createdAt: now,
    updatedAt: now,
    stabilityStatus: "STABILIZING",
    stabilityStatusAt: now,
    failedStarts: 0,
    notBefore: 0,
  };
}
