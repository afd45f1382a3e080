import type { ContainerDefinition, ContainerOverride } from "@aws-sdk/client-ecs";
import type { Isolation } from "../../planes/tasks/runtime.ts";
import { labelsOf } from "./container-metadata.ts";
import { parseCpu, parseMemory } from "./fargate-sizes.ts";
import type { TaskRecord } from "./state.ts";

/** The one limit that Fargate sets itself, unless the container says otherwise (API reference, Ulimit). */
const openFiles = { name: "nofile", soft: 65_535, hard: 65_535 };

/** What Fargate keeps a container to; without a size of its own it has the task's. */
export function isolationOf(
  record: TaskRecord,
  container: ContainerDefinition,
  override: ContainerOverride = {},
): Isolation {
  const { definition } = record;
  const { linuxParameters, systemControls = [] } = container;
  const ulimits = (container.ulimits ?? []).map(({ name, softLimit, hardLimit }) => ({
    name: name as string,
    soft: softLimit as number,
    hard: hardLimit as number,
  }));
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
    ulimits: ulimits.some(({ name }) => name === openFiles.name) ? ulimits : [...ulimits, openFiles],
    kernelParameters: Object.fromEntries(
      systemControls.map(({ namespace = "", value = "" }) => [namespace, value]),
    ),
    labels: labelsOf(record, container),
  };
}
