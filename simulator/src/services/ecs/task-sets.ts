import type { CreateTaskSetCommandInput, CreateTaskSetCommandOutput, Scale } from "@aws-sdk/client-ecs";
import { AwsError } from "../../kit/errors.ts";
import { lastPart } from "../../kit/last-part.ts";
import type { Operations } from "../api.ts";
import { newTaskSet } from "./begin-deployment.ts";
import { checkLoadBalancers } from "./check-load-balancers.ts";
import { requireActiveService, requireService, requireTaskDefinition } from "./find.ts";
import { invalid, lookUp, refuseOthers } from "./inputs.ts";
import { resolvePlacement } from "./placement.ts";
import type { ServiceRecord, TaskSetRecord } from "./service-records.ts";
import type { EcsContext } from "./state.ts";
import { checkTags, setTags } from "./tags.ts";
import { viewTaskSet } from "./views.ts";

export function taskSetOperations(context: EcsContext): Operations<"ecs"> {
  const { state, environment } = context;
  const changed = (service: ServiceRecord, taskSet: TaskSetRecord) => {
    taskSet.updatedAt = environment.clock.now();
    context.wake(service);
    return { taskSet: viewTaskSet(context, service, taskSet) };
  };
  return {
    createTaskSet: (input) => createTaskSet(context, input),
    describeTaskSets({ cluster, service: reference = "", taskSets: ids }) {
      const service = requireService(state, cluster, reference);
      requireTaskSets(service);
      const { found, failures } = ids
        ? lookUp(ids, (id) => findTaskSet(service, id))
        : { found: service.taskSets, failures: [] };
      return { taskSets: found.map((taskSet) => viewTaskSet(context, service, taskSet)), failures };
    },
    updateServicePrimaryTaskSet({ cluster, service: reference = "", primaryTaskSet: id = "" }) {
      const service = requireActiveService(state, cluster, reference);
      requireTaskSets(service);
      const primary = requireTaskSet(service, id);
      if (primary.status === "DRAINING") throw invalid("The task set is draining and cannot become primary.");
      for (const taskSet of service.taskSets) if (taskSet.status === "PRIMARY") taskSet.status = "ACTIVE";
      primary.status = "PRIMARY";
      return changed(service, primary);
    },
    deleteTaskSet({ cluster, service: reference = "", taskSet: id = "", force = false }) {
      const service = requireService(state, cluster, reference);
      requireTaskSets(service);
      const taskSet = requireTaskSet(service, id);
      if (!force && taskSet.status === "PRIMARY")
        throw invalid("The primary task set cannot be deleted without force.");
      if (!force && taskSet.scale.value > 0)
        throw invalid(
          "The task set cannot be deleted while it is scaled above 0: scale it down or use force.",
        );
      taskSet.status = "DRAINING";
      return changed(service, taskSet);
    },
  };
}

async function createTaskSet(
  context: EcsContext,
  input: CreateTaskSetCommandInput,
): Promise<Omit<CreateTaskSetCommandOutput, "$metadata">> {
  const { state, environment } = context;
  refuseOthers("CreateTaskSet", input, [
    "service cluster externalId taskDefinition networkConfiguration loadBalancers launchType",
    "capacityProviderStrategy platformVersion scale clientToken tags",
  ]);
  const service = requireActiveService(state, input.cluster, input.service as string);
  requireTaskSets(service);
  checkTags(input.tags);
  const definition = requireTaskDefinition(state, input.taskDefinition as string);
  const loadBalancers = input.loadBalancers ?? [];
  const scale = checkScale(input.scale ?? { value: 0, unit: "PERCENT" });
  await checkLoadBalancers(environment, loadBalancers, definition, { behindListener: false });
  const primary = service.taskSets.find(({ status }) => status === "PRIMARY");
  const placement = await resolvePlacement(
    environment.aws.ec2,
    service.cluster,
    input,
    primary ?? service.settings,
  );
  const taskSet = newTaskSet(context, service, {
    definition,
    placement,
    loadBalancers,
    scale,
    status: "ACTIVE",
    externalId: input.externalId,
    startedBy: service.settings.deploymentController?.type,
  });
  service.taskSets.push(taskSet);
  setTags(state, taskSet.arn, input.tags);
  context.wake(service);
  return { taskSet: viewTaskSet(context, service, taskSet) };
}

/** Refuses services that ECS deploys itself: their revisions are changed only by deployments. */
function requireTaskSets({ settings }: ServiceRecord): void {
  if (settings.deploymentController?.type === "ECS")
    throw invalid(
      "Task sets are for services with a CODE_DEPLOY or EXTERNAL deployment controller, not ECS.",
    );
}

/** By id or ARN. */
function findTaskSet(service: ServiceRecord, reference: string): TaskSetRecord | undefined {
  return service.taskSets.find(({ id }) => lastPart(id) === lastPart(reference));
}

function requireTaskSet(service: ServiceRecord, reference: string): TaskSetRecord {
  const taskSet = findTaskSet(service, reference);
  if (!taskSet) throw new AwsError("TaskSetNotFoundException", "The specified task set could not be found.");
  return taskSet;
}

function checkScale({ value = 0, unit = "PERCENT" }: Scale = {}): TaskSetRecord["scale"] {
  if (value < 0 || value > 100) throw invalid("The scale of a task set must be between 0 and 100 percent.");
  return { value, unit };
}
