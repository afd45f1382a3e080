import type { RunTaskCommandInput, TaskOverride } from "@aws-sdk/client-ecs";
import type { Target as RuleTarget } from "@aws-sdk/client-eventbridge";
import type { Target as ScheduleTarget } from "@aws-sdk/client-scheduler";
import type { Environment } from "../../environment.ts";
import { errorWith } from "../../kit/errors.ts";
import { methodName } from "../../kit/operation-names.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { roleLists } from "../../permissions/role-lists.ts";
import { refusalOf, rolesOfTask } from "../../permissions/service-roles.ts";
import { trustsService } from "../sts/trust.ts";

type EcsTarget = Pick<Partial<RuleTarget | ScheduleTarget>, "Arn" | "RoleArn" | "Input" | "EcsParameters">;

export const clusterArn = /^arn:aws:ecs:[^:]+:\d{12}:cluster\/[\w-]+$/;

const invalid = errorWith("ValidationException");

/** Throws ValidationException for what `runTask` would ignore. */
export function checkEcsTarget({ EcsParameters, Input }: EcsTarget): void {
  if (!EcsParameters) throw invalid("Parameter EcsParameters must be specified for an ECS target.");
  refuseUnsupported("ValidationException", "EcsParameters", EcsParameters, [
    "TaskDefinitionArn TaskCount LaunchType NetworkConfiguration PlatformVersion Group PropagateTags",
    "CapacityProviderStrategy EnableECSManagedTags",
  ]);
  if (
    !/^arn:aws:ecs:[^:]+:\d{12}:task-definition\/[\w-]+(:\d+)?$/.test(EcsParameters.TaskDefinitionArn ?? "")
  )
    throw invalid(`${EcsParameters.TaskDefinitionArn} is not the ARN of a task definition.`);
  if (Input !== undefined) overridesOf(Input);
}

function overridesOf(input: string): TaskOverride {
  try {
    return JSON.parse(input) as TaskOverride;
  } catch {
    throw invalid(`The input of an ECS target must be JSON with the overrides of a task, not ${input}.`);
  }
}

/**
 * Starts the target's tasks in its role. Throws why that is not possible. Source: "IAM roles for sending events to
 * targets", EventBridge user guide; "Setting up the execution role", EventBridge Scheduler user guide.
 */
export async function runTasks(
  environment: Environment,
  { Arn: cluster, RoleArn = "", EcsParameters = {} as never, Input = "{}" }: EcsTarget,
  by: "eventBridge" | "scheduler",
  startedBy: string,
): Promise<void> {
  const { aws } = environment;
  const list = roleLists[by];
  if (!(await trustsService(environment, RoleArn, list.service)))
    throw new Error(`Not authorized to perform sts:AssumeRole on resource: ${RoleArn}`);
  const { TaskDefinitionArn: taskDefinition, TaskCount: count, ...settings } = EcsParameters;
  const { taskDefinition: definition } = await aws.ecs.describeTaskDefinition({ taskDefinition });
  const { taskDefinitionArn: arn = "", executionRoleArn = "", taskRoleArn = "" } = definition ?? {};
  const given = { ...(executionRoleArn && { executionRoleArn }), ...(taskRoleArn && { taskRoleArn }) };
  const values = { arn, taskRoles: rolesOfTask(environment, given), cluster: cluster?.split("/")[1] ?? "" };
  const refusal = await refusalOf(environment, { roleArn: RoleArn, list, step: "runTask", values });
  if (refusal) throw new Error(refusal.message);
  const { failures = [] } = await aws.ecs.runTask({
    ...(smallNames(settings) as Partial<RunTaskCommandInput>),
    cluster,
    taskDefinition,
    count,
    startedBy: startedBy.replaceAll(/[^\w/-]/g, "-").slice(0, 128),
    overrides: overridesOf(Input),
  });
  if (failures[0]) throw new Error(failures[0].reason);
}

/** ECS's own API has the same members, which begin with small letters. */
function smallNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(smallNames);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [methodName(key), smallNames(each)]));
}
