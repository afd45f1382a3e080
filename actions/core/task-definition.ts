import {
  RegisterTaskDefinition$,
  type RegisterTaskDefinitionCommandInput,
  TaskDefinition$,
} from "@aws-sdk/client-ecs";
import { NormalizedSchema } from "@smithy/core/schema";
import { Failure } from "./failure.ts";
import { isObject } from "./is-object.ts";
import {
  type Fault,
  findFaults,
  isComment,
  memberNames,
  type UnknownKey,
  withoutEmpty,
} from "./task-definition-faults.ts";

export type TaskDefinitionInput = RegisterTaskDefinitionCommandInput;

export interface ReadingRules {
  /** Members that stay although they are empty. */
  readonly keptEmpty: readonly string[];
}

interface InspectedTaskDefinition {
  readonly taskDefinition: TaskDefinitionInput;
  /** Removed keys that only DescribeTaskDefinition's response has, such as `revision` or `registeredAt`. */
  readonly dropped: readonly string[];
  /** Keys that are in `taskDefinition` although the SDK's model does not have them. */
  readonly unknown: readonly UnknownKey[];
  /** If any exist, `taskDefinition` must not be registered. Their keys begin in it, not in a wrapper. */
  readonly faults: readonly Fault[];
}

/** Members required by ECS: "Required: Yes" of RegisterTaskDefinition in the API reference. */
const required = ["family", "containerDefinitions"];

const inputSchema = NormalizedSchema.of(RegisterTaskDefinition$[4]);
const registrable = memberNames(inputSchema);
const describeOnly = memberNames(NormalizedSchema.of(TaskDefinition$)).filter(
  (key) => !registrable.includes(key),
);

/** As `inspectTaskDefinition`; throws one Failure that names all faults by their path in `file`. */
export function checkTaskDefinition(
  value: unknown,
  file: string,
  rules?: ReadingRules,
): InspectedTaskDefinition {
  const inspected = inspectTaskDefinition(value, {}, rules);
  const { faults } = inspected;
  if (faults.length === 0) return inspected;
  throw new Failure(`${file} is not a task definition: ${faults.map(({ text }) => text).join("; ")}`, {
    nextStep: "correct the file; the keys are those of ECS RegisterTaskDefinition. Nothing was changed.",
  });
}

/**
 * Checks `value` against the members and types of RegisterTaskDefinition in the AWS SDK's own model. `overrides` are
 * members from elsewhere.
 */
export function inspectTaskDefinition(
  value: unknown,
  overrides: Partial<TaskDefinitionInput> = {},
  { keptEmpty }: ReadingRules = { keptEmpty: [] },
): InspectedTaskDefinition {
  const { members, outside, faults } = unwrap(value);
  const described = Object.keys(members).filter((key) => describeOnly.includes(key));
  const kept = Object.fromEntries(Object.entries(members).filter(([key]) => !described.includes(key)));
  const taskDefinition = {
    ...(withoutEmpty(kept, keptEmpty) as Record<string, unknown>),
    ...overrides,
  };
  const missing = required
    .filter((key) => faults.length === 0 && !(key in taskDefinition))
    .map((key): Fault => ({ keys: [], text: `${key} is missing` }));
  const found = findFaults(taskDefinition, inputSchema);
  return {
    taskDefinition: taskDefinition as unknown as TaskDefinitionInput,
    dropped: [...outside, ...described],
    unknown: found.unknown,
    faults: [...faults, ...missing, ...found.faults],
  };
}

/**
 * `aws ecs describe-task-definition` wraps the task definition that users copy into their repository, and puts its tags
 * next to it.
 */
function unwrap(value: unknown): { members: Record<string, unknown>; outside: string[]; faults: Fault[] } {
  if (!isObject(value))
    return {
      members: {},
      outside: [],
      faults: [{ keys: [], text: "the file does not contain a JSON object" }],
    };
  if (!isObject(value.taskDefinition)) return { members: value, outside: [], faults: [] };
  const { taskDefinition, tags, ...others } = value;
  const members = tags === undefined ? taskDefinition : { ...taskDefinition, tags };
  return { members, outside: Object.keys(others), faults: [] };
}

/**
 * Returns a registered task definition and a wanted one for comparison: without comments, and with unknown keys of the
 * registered one only if the wanted one has them. ECS may add others.
 */
export function comparable(registered: object, wanted: object): [object, object] {
  const [before, after] = [inspectTaskDefinition(registered), inspectTaskDefinition(wanted)];
  const counted = after.unknown.filter(({ keys }) => !keys.some((key) => isComment(String(key))));
  const counts = ({ path }: UnknownKey) => counted.some((key) => key.path === path);
  return [withoutKeys(before, counts), withoutKeys(after, counts)];
}

function withoutKeys(
  { taskDefinition, unknown }: InspectedTaskDefinition,
  counts: (key: UnknownKey) => boolean,
): object {
  const copy = structuredClone(taskDefinition) as object;
  for (const key of unknown) {
    if (counts(key)) continue;
    const holder = key.keys.slice(0, -1).reduce<object>((at, name) => at[name as never], copy);
    delete (holder as Record<string, unknown>)[String(key.keys.at(-1))];
  }
  return copy;
}
