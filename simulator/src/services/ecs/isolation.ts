import type { ContainerDefinition, ContainerOverride } from "@aws-sdk/client-ecs";
import type { Isolation } from "../../runtime/tasks/runtime.ts";
import { labelsOf } from "./container-metadata.ts";
import { parseCpu, parseMemory } from "./fargate-sizes.ts";
import type { TaskRecord } from "./state.ts";

/** Returns Fargate's limits for a container; a container without a size has the task's. */
export function isolationOf(
  record: TaskRecord,
  container: ContainerDefinition,
  override: ContainerOverride = {},
): Isolation {
  const { definition } = record;
  const { linuxParameters, systemControls = [] } = container;
  return {
    memory: override.memory ?? container.memory ?? parseMemory(definition.memory as string),
    memoryReservation: override.memoryReservation ?? container.memoryReservation,
    cpu: parseCpu(definition.cpu as string),
    cpuShares: override.cpu ?? container.cpu,
    user: container.user,
    readOnlyRoot: container.readonlyRootFilesystem ?? false,
    addedCapabilities: linuxParameters?.capabilities?.add ?? [],
    droppedCapabilities: linuxParameters?.capabilities?.drop ?? [],
    init: linuxParameters?.initProcessEnabled ?? false,
    // Fargate's own limit of 65,535 open files is not requested: not every engine can grant it.
    ulimits: (container.ulimits ?? []).map(({ name, softLimit, hardLimit }) => ({
      name: name as string,
      soft: softLimit as number,
      hard: hardLimit as number,
    })),
    kernelParameters: Object.fromEntries(
      systemControls.map(({ namespace = "", value = "" }) => [namespace, value]),
    ),
    labels: labelsOf(record, container),
  };
}
