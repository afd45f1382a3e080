import type { TaskManagedEBSVolumeConfiguration } from "@aws-sdk/client-ecs";
import type { InputReader } from "../inputs.ts";
import { isObject } from "../task-definition.ts";

/** An EBS volume that ECS creates for each task, in the form of RunTask and UpdateService. */
export interface ManagedVolume {
  /** Name of the task definition's volume that is configured at launch. */
  readonly name: string;
  readonly managedEBSVolume: TaskManagedEBSVolumeConfiguration;
}

/** Reads the inputs `input` and `input-name`, which belong together. */
export function readManagedVolumes(read: InputReader, input: string): ManagedVolume[] {
  const name = read.optional(`${input}-name`);
  const expected =
    'a JSON object such as {"sizeInGiB":20,"roleArn":"arn:aws:iam::…:role/ecsInfrastructureRole"}';
  const managedEBSVolume = read.json<TaskManagedEBSVolumeConfiguration | undefined>(
    input,
    expected,
    isVolume,
    undefined,
  );
  if (name && managedEBSVolume) return [{ name, managedEBSVolume }];
  if (name && !read.optional(input)) read.problem(`Input ${input}-name needs ${input}, ${expected}`);
  if (!name && managedEBSVolume)
    read.problem(`Input ${input} needs ${input}-name, the name of the task definition's volume`);
  return [];
}

/** ECS API reference: the role is required. */
function isVolume(value: unknown): value is TaskManagedEBSVolumeConfiguration {
  return isObject(value) && typeof value.roleArn === "string";
}
