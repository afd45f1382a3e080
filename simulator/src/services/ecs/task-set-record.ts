import type { LoadBalancer } from "@aws-sdk/client-ecs";
import { ecsArn, lastPart, newTaskSetId } from "./names.ts";
import type {
  Placement,
  ServiceRecord,
  ServiceRevisionRecord,
  TaskDefinitionRecord,
  TaskSetRecord,
} from "./service-records.ts";
import type { EcsContext } from "./state.ts";

export interface NewTaskSet {
  readonly definition: TaskDefinitionRecord;
  readonly placement: Placement;
  readonly loadBalancers: LoadBalancer[];
  readonly scale: TaskSetRecord["scale"];
  readonly status: TaskSetRecord["status"];
  readonly externalId?: string;
  readonly startedBy?: string;
  readonly revision?: Omit<ServiceRevisionRecord, "arn">;
}

export function newTaskSet(
  { environment }: Pick<EcsContext, "environment">,
  service: ServiceRecord,
  { placement, revision, ...given }: NewTaskSet,
): TaskSetRecord {
  const id = newTaskSetId();
  const now = environment.clock.now();
  const path = `${service.cluster.clusterName}/${service.name}`;
  return {
    ...given,
    ...placement,
    // ECS gives a revision the digits of its deployment's id.
    revision: revision && {
      ...revision,
      arn: ecsArn(environment, `service-revision/${path}/${lastPart(id)}`),
    },
    id,
    arn: ecsArn(environment, `task-set/${path}/${id}`),
    createdAt: now,
    updatedAt: now,
    stabilityStatus: "STABILIZING",
    stabilityStatusAt: now,
    failedStarts: 0,
    notBefore: 0,
  };
}
