import { AwsError } from "../../kit/errors.ts";
import { lastPart } from "../../kit/last-part.ts";
import { clientException, invalid } from "./inputs.ts";
import type { ClusterRecord, ServiceRecord, TaskDefinitionRecord } from "./service-records.ts";
import type { EcsState, TaskRecord } from "./state.ts";

/** Returns the name or id in a reference. Throws InvalidParameterException for an ARN of another region or account. */
export function nameIn({ account }: EcsState, reference: string): string {
  const [prefix, , , region, accountId = ""] = reference.split(":");
  if (prefix === "arn" && region !== account.region) throw invalid("Invalid Region in ARN");
  if (prefix === "arn" && accountId !== account.accountId)
    throw invalid(`Identifier is for ${accountId}. Your accountId is ${account.accountId}`);
  return lastPart(reference);
}

/** Finds a cluster by short name or ARN; by default the cluster with the name default. */
export function findCluster(state: EcsState, reference = "default"): ClusterRecord {
  const cluster = state.clusters.get(nameIn(state, reference));
  if (cluster?.status !== "ACTIVE") throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  return cluster;
}

export function findService(
  state: EcsState,
  cluster: ClusterRecord,
  reference: string,
): ServiceRecord | undefined {
  const name = nameIn(state, reference);
  return [...state.services.values()].find((service) => service.cluster === cluster && service.name === name);
}

export function requireService(
  state: EcsState,
  clusterReference: string | undefined,
  reference: string,
): ServiceRecord {
  const service = findService(state, findCluster(state, clusterReference), reference);
  if (!service) throw new AwsError("ServiceNotFoundException", "Service not found.");
  return service;
}

export function requireActiveService(
  state: EcsState,
  clusterReference: string | undefined,
  reference: string,
): ServiceRecord {
  const service = requireService(state, clusterReference, reference);
  if (service.status !== "ACTIVE") throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
  return service;
}

export function findTask(state: EcsState, cluster: ClusterRecord, reference: string): TaskRecord | undefined {
  const id = nameIn(state, reference);
  // Recorded for DescribeTasks.
  if (id.length !== 32 && id.length !== 36) throw invalid("taskId length should be one of [32,36]");
  return [...state.tasks.values()].find(
    ({ task }) => task.clusterArn === cluster.clusterArn && lastPart(task.taskArn) === id,
  );
}

/** By `family` (its newest active revision), `family:revision` or ARN. */
export function findTaskDefinition(state: EcsState, reference: string): TaskDefinitionRecord | undefined {
  const [family = "", revision] = nameIn(state, reference).split(":");
  const revisions = state.families.get(family) ?? [];
  if (revision === undefined) return revisions.findLast((definition) => definition.status === "ACTIVE");
  return revisions.find((definition) => String(definition.revision) === revision);
}

/** For tasks to run: the definition must exist and be active. */
export function requireTaskDefinition(state: EcsState, reference: string): TaskDefinitionRecord {
  const definition = findTaskDefinition(state, reference);
  if (!definition) throw clientException("TaskDefinition not found.");
  if (definition.status !== "ACTIVE") throw clientException("TaskDefinition is inactive");
  return definition;
}
