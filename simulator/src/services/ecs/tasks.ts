import type { ListTasksCommandInput, RunTaskCommandInput, Task } from "@aws-sdk/client-ecs";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import { findCluster, findService, findTask, requireTaskDefinition } from "./find.ts";
import { clientException, invalid, lookUp, page, refuseOthers } from "./inputs.ts";
import { ecsArn } from "./names.ts";
import { resolvePlacement } from "./placement.ts";
import { roomForTasks, vcpuLimit } from "./quotas.ts";
import type { ClusterRecord, TaskDefinitionRecord } from "./service-records.ts";
import type { EcsContext, EcsState, TaskRecord } from "./state.ts";
import { checkTags, tagsOf } from "./tags.ts";
import { launchTask, requestStop } from "./task-lifecycle.ts";
import { unassumableRole } from "./task-roles.ts";

/** RunTask starts at most this many tasks (API reference). */
const maxCount = 10;
/** RunTask, `startedBy` (API reference). */
const startedByPattern = /^[\w/-]{1,128}$/;

export function taskOperations(context: EcsContext): Operations<"ecs"> {
  const { state, environment } = context;
  return {
    async runTask(input) {
      const cluster = findCluster(state, input.cluster);
      const definition = requireTaskDefinition(state, input.taskDefinition as string);
      validateRun(input, definition);
      checkTags(input.tags);
      const unassumable = await unassumableRole(context, definition);
      if (unassumable) throw clientException(unassumable);
      const placement = await resolvePlacement(environment.aws.ec2, cluster, input);
      const tags =
        input.propagateTags === "TASK_DEFINITION" ? tagsOf(state, definition.taskDefinitionArn) : [];
      const order = {
        cluster,
        definition,
        placement,
        group: input.group ?? `family:${definition.family}`,
        startedBy: input.startedBy,
        overrides: input.overrides,
        tags: [...tags, ...(input.tags ?? [])],
      };
      const { count = 1 } = input;
      const length = Math.min(count, roomForTasks(context, definition, placement));
      const started = Array.from({ length }, () => launchTask(context, order));
      const failures = Array.from({ length: count - length }, () => ({ reason: vcpuLimit }));
      return { tasks: started.map((record) => snapshot(record)), failures };
    },
    stopTask({ cluster, task: reference = "", reason = "Task stopped by user" }) {
      const record = findTask(state, findCluster(state, cluster), reference);
      if (!record) throw invalid("The referenced task was not found.");
      requestStop(record, { stopCode: "UserInitiated", stoppedReason: reason });
      return { task: snapshot(record) };
    },
    describeTasks({ cluster: clusterReference, tasks: references = [], include = [] }) {
      const cluster = findCluster(state, clusterReference);
      if (references.length === 0) throw invalid("Tasks cannot be empty.");
      const { found, failures } = lookUp(
        references,
        (reference) => findTask(state, cluster, reference),
        (id) => ecsArn(environment, `task/${cluster.clusterName}/${id}`),
      );
      const tasks = found.map((record) => ({
        ...snapshot(record),
        tags: include.includes("TAGS") ? tagsOf(state, record.task.taskArn) : [],
      }));
      return { tasks, failures };
    },
    listTasks(input = {}) {
      refuseOthers("ListTasks", input, [
        "cluster family serviceName startedBy desiredStatus launchType nextToken maxResults",
      ]);
      const cluster = findCluster(state, input.cluster);
      const { items, nextToken } = page(selectTasks(state, cluster, input), input);
      return { taskArns: items.map(({ task }) => task.taskArn), nextToken };
    },
  };
}

function selectTasks(state: EcsState, cluster: ClusterRecord, input: ListTasksCommandInput): TaskRecord[] {
  const { serviceName, family, startedBy, desiredStatus = "RUNNING", launchType } = input;
  const service = serviceName === undefined ? undefined : findService(state, cluster, serviceName);
  if (serviceName !== undefined && !service)
    throw new AwsError("ServiceNotFoundException", "Service not found.");
  return [...state.tasks.values()].filter(
    ({ task, definition, ...record }) =>
      task.clusterArn === cluster.clusterArn &&
      task.desiredStatus === desiredStatus &&
      (service === undefined || record.service === service) &&
      (family === undefined || definition.family === family) &&
      (startedBy === undefined || task.startedBy === startedBy) &&
      (launchType === undefined || task.launchType === launchType),
  );
}

function validateRun(input: RunTaskCommandInput, definition: TaskDefinitionRecord): void {
  refuseOthers("RunTask", input, [
    "cluster taskDefinition count launchType capacityProviderStrategy platformVersion networkConfiguration",
    "overrides group startedBy tags propagateTags enableECSManagedTags clientToken",
  ]);
  const { count = 1, overrides = {} } = input;
  if (count < 1 || count > maxCount) throw invalid(`Task count must be between 1 and ${maxCount}.`);
  if (input.startedBy !== undefined && !startedByPattern.test(input.startedBy))
    throw invalid(
      `startedBy must be 1 to 128 letters, numbers, hyphens, forward slashes and underscores, not ${input.startedBy}.`,
    );
  refuseOthers("RunTask overrides", overrides, ["containerOverrides"]);
  for (const override of overrides.containerOverrides ?? []) {
    const known = definition.containerDefinitions.some(({ name }) => name === override.name);
    if (!known)
      throw invalid(
        `Override for container named ${override.name} is not a container in the TaskDefinition.`,
      );
    refuseOthers("RunTask containerOverrides", override, [
      "name command environment cpu memory memoryReservation",
    ]);
  }
}

/** Returns a copy of the task, so that later changes do not affect callers. */
function snapshot({ task }: TaskRecord): Task {
  return {
    ...task,
    containers: task.containers.map((container) => ({ ...container })),
    attachments: task.attachments.map((attachment) => ({ ...attachment })),
  };
}
