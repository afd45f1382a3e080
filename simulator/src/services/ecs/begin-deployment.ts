import type { LoadBalancer } from "@aws-sdk/client-ecs";
import { lastPart } from "../../kit/last-part.ts";
import { resolveConfiguration } from "./deployment-configuration.ts";
import { ecsArn, newServiceDeploymentId, newTaskSetId } from "./names.ts";
import {
  Interruption,
  isRevision,
  ongoingDeployment,
  type Placement,
  type RevisionTaskSet,
  type ServiceDeploymentRecord,
  type ServiceRecord,
  type ServiceRevisionRecord,
  type TaskDefinitionRecord,
  type TaskSetRecord,
} from "./service-records.ts";
import type { EcsContext } from "./state.ts";

/** Parts of a service revision. */
export interface RevisionSpec {
  readonly definition: TaskDefinitionRecord;
  readonly placement: Placement;
  readonly loadBalancers: LoadBalancer[];
}

/** Makes a new revision the service's primary one and deploys it; it replaces a deployment in progress. */
export function beginDeployment(context: EcsContext, service: ServiceRecord, spec: RevisionSpec): void {
  const { clock } = context.environment;
  const configuration = resolveConfiguration(service.settings.deploymentConfiguration);
  const sources = service.taskSets.filter(isRevision);
  for (const source of sources) if (source.status === "PRIMARY") source.status = "ACTIVE";
  const target = newRevision(context, service, spec, configuration.strategy === "ROLLING");
  service.taskSets.push(target);
  ongoingDeployment(service)?.control.abort(Interruption.superseded());
  const path = `${service.cluster.clusterName}/${service.name}/${newServiceDeploymentId()}`;
  const deployment: ServiceDeploymentRecord = {
    arn: ecsArn(context.environment, `service-deployment/${path}`),
    service,
    target,
    sources,
    configuration,
    createdAt: clock.now(),
    updatedAt: clock.now(),
    status: "PENDING",
    circuitBreaker: configuration.deploymentCircuitBreaker?.enable ? "MONITORING" : "DISABLED",
    alarms: configuration.alarms?.enable ? "MONITORING" : "DISABLED",
    triggeredAlarms: [],
    hooks: [],
    control: new AbortController(),
  };
  service.deployments.unshift(deployment);
  context.deploy(deployment);
}

function newRevision(
  context: EcsContext,
  service: ServiceRecord,
  { definition, placement, loadBalancers }: RevisionSpec,
  rolling: boolean,
): RevisionTaskSet {
  const taskSet = newTaskSet(context, service, {
    definition,
    placement,
    loadBalancers: loadBalancers.map(({ advancedConfiguration: _, ...inUse }) => inUse),
    // A rolling update allots tasks one by one; the other strategies scale up in a separate stage.
    scale: { value: rolling ? 100 : 0, unit: "PERCENT" },
    status: "PRIMARY",
    revision: {
      loadBalancers,
      rolloutState: "IN_PROGRESS",
      rolloutStateReason: "",
      failedTasks: 0,
      allotted: rolling ? 0 : undefined,
      halted: rolling,
    },
  }) as RevisionTaskSet;
  taskSet.revision.rolloutStateReason = `ECS deployment ${taskSet.id} in progress.`;
  return taskSet;
}

interface NewTaskSet {
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
