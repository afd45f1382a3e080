import {
  RegisterTaskDefinition$,
  type RegisterTaskDefinitionCommandInput,
  TaskDefinition$,
} from "@aws-sdk/client-ecs";
import { NormalizedSchema } from "@smithy/core/schema";
import { Failure } from "./failure.ts";
import { type Fault, findFaults, memberNames, unknownKey } from "./task-definition-faults.ts";

export type TaskDefinitionInput = RegisterTaskDefinitionCommandInput;

export interface CheckedTaskDefinition {
  readonly taskDefinition: TaskDefinitionInput;
  /** Keys that only DescribeTaskDefinition's answer has, left out here, such as `revision` or `registeredAt`. */
  readonly dropped: string[];
}

export interface InspectedTaskDefinition extends CheckedTaskDefinition {
  /** With any, `taskDefinition` is not to be registered. Their keys begin in it, not in what may wrap it. */
  readonly faults: readonly Fault[];
}

/** What ECS refuses without: "Required: Yes" of RegisterTaskDefinition in the API reference. */
const required = ["family", "containerDefinitions"];

const inputSchema = NormalizedSchema.of(RegisterTaskDefinition$[4]);
const registrable = memberNames(inputSchema);
const describeOnly = memberNames(NormalizedSchema.of(TaskDefinition$)).filter(
  (key) => !registrable.includes(key),
);

/** As `inspectTaskDefinition`; throws one Failure that names all faults by their path in `file`. */
export function checkTaskDefinition(value: unknown, file: string): CheckedTaskDefinition {
  const { taskDefinition, dropped, faults } = inspectTaskDefinition(value);
  if (faults.length === 0) return { taskDefinition, dropped };
  throw new Failure(`${file} is not a task definition: ${faults.map(({ text }) => text).join("; ")}`, {
    nextStep: "correct the file; the keys are those of ECS RegisterTaskDefinition. Nothing was changed.",
  });
}

/**
 * Checks `value` against the members and types that RegisterTaskDefinition has in the AWS SDK's own model; the SDK
 * itself would drop a misspelt key in silence. `overrides` are members that come from elsewhere.
 */
export function inspectTaskDefinition(
  value: unknown,
  overrides: Partial<TaskDefinitionInput> = {},
): InspectedTaskDefinition {
  const { members, faults } = unwrap(value);
  const dropped = Object.keys(members).filter((key) => describeOnly.includes(key));
  const kept = Object.fromEntries(Object.entries(members).filter(([key]) => !dropped.includes(key)));
  const taskDefinition = { ...kept, ...overrides };
  const missing = required
    .filter((key) => faults.length === 0 && !(key in taskDefinition))
    .map((key): Fault => ({ keys: [], text: `${key} is missing` }));
  return {
    taskDefinition: taskDefinition as unknown as TaskDefinitionInput,
    dropped,
    faults: [...faults, ...missing, ...findFaults(taskDefinition, inputSchema)],
  };
}

/** `aws ecs describe-task-definition` wraps what users copy into their repository, and puts its tags beside it. */
function unwrap(value: unknown): { members: Record<string, unknown>; faults: Fault[] } {
  if (!isObject(value)) return { members: {}, faults: [{ keys: [], text: "the file holds no JSON object" }] };
  if (!isObject(value.taskDefinition)) return { members: value, faults: [] };
  const { taskDefinition, tags, ...others } = value;
  const members = tags === undefined ? taskDefinition : { ...taskDefinition, tags };
  const faults = Object.keys(others).map((key) => ({
    keys: [key],
    text: unknownKey(key, key, ["taskDefinition", "tags"]),
  }));
  return { members, faults };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
