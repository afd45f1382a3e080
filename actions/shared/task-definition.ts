import {
  RegisterTaskDefinition$,
  type RegisterTaskDefinitionCommandInput,
  TaskDefinition$,
} from "@aws-sdk/client-ecs";
import { NormalizedSchema } from "@smithy/core/schema";
import { Failure } from "./failure.ts";

export type TaskDefinitionInput = RegisterTaskDefinitionCommandInput;

export interface CheckedTaskDefinition {
  readonly taskDefinition: TaskDefinitionInput;
  /** Keys that only DescribeTaskDefinition's answer has, left out here, such as `revision` or `registeredAt`. */
  readonly dropped: string[];
}

/** What ECS refuses without: "Required: Yes" of RegisterTaskDefinition in the API reference. */
const required = ["family", "containerDefinitions"];

const inputSchema = NormalizedSchema.of(RegisterTaskDefinition$[4]);
const registrable = memberNames(inputSchema);
const describeOnly = memberNames(NormalizedSchema.of(TaskDefinition$)).filter(
  (key) => !registrable.includes(key),
);

/**
 * Checks `value` against the members and types that RegisterTaskDefinition has in the AWS SDK's own model; the SDK
 * itself would drop a misspelt key in silence. All faults are named at once, by their path in `file`.
 */
export function checkTaskDefinition(value: unknown, file: string): CheckedTaskDefinition {
  // `aws ecs describe-task-definition` wraps what users copy into their repository.
  const bare = isObject(value) && isObject(value.taskDefinition) ? value.taskDefinition : value;
  if (!isObject(bare)) throw faulty(file, ["the file holds no JSON object"]);
  const dropped = Object.keys(bare).filter((key) => describeOnly.includes(key));
  const taskDefinition = Object.fromEntries(Object.entries(bare).filter(([key]) => !dropped.includes(key)));
  const faults = required.filter((key) => !(key in bare)).map((key) => `${key} is missing`);
  collectFaults(taskDefinition, inputSchema, "", faults);
  if (faults.length > 0) throw faulty(file, faults);
  return { taskDefinition: taskDefinition as unknown as TaskDefinitionInput, dropped };
}

function faulty(file: string, faults: string[]): Failure {
  return new Failure(`${file} is not a task definition: ${faults.join("; ")}`, {
    nextStep: "correct the file; the keys are those of ECS RegisterTaskDefinition. Nothing was changed.",
  });
}

function collectFaults(value: unknown, schema: NormalizedSchema, path: string, faults: string[]): void {
  if (value === null || value === undefined) return;
  const expected = typeName(schema);
  const actual = Array.isArray(value) ? "list" : typeof value;
  if (actual !== (expected === "map" ? "object" : expected)) {
    faults.push(`${path} is a ${actual}, a ${expected} is expected`);
  } else if (expected === "list") {
    const items = value as unknown[];
    items.forEach((item, index) => {
      collectFaults(item, schema.getValueSchema(), `${path}[${nameOf(item) ?? index}]`, faults);
    });
  } else if (expected === "map") {
    for (const [key, item] of Object.entries(value))
      collectFaults(item, schema.getValueSchema(), join(path, key), faults);
  } else if (expected === "object") {
    collectMemberFaults(value as Record<string, unknown>, schema, path, faults);
  }
}

function collectMemberFaults(
  value: Record<string, unknown>,
  schema: NormalizedSchema,
  path: string,
  faults: string[],
): void {
  const allowed = memberNames(schema);
  for (const [key, item] of Object.entries(value)) {
    if (allowed.includes(key)) collectFaults(item, schema.getMemberSchema(key), join(path, key), faults);
    else faults.push(unknownKey(join(path, key), key, allowed));
  }
}

function unknownKey(path: string, key: string, allowed: readonly string[]): string {
  const same = allowed.find((name) => name.toLowerCase() === key.toLowerCase().replace(/[-_]/g, ""));
  return `unknown key ${path} (${same ? `did you mean ${same}?` : `allowed: ${allowed.join(", ")}`})`;
}

function typeName(schema: NormalizedSchema) {
  if (schema.isListSchema()) return "list";
  if (schema.isMapSchema()) return "map";
  if (schema.isStructSchema()) return "object";
  if (schema.isNumericSchema()) return "number";
  return schema.isBooleanSchema() ? "boolean" : "string";
}

function memberNames(schema: NormalizedSchema): string[] {
  return [...schema.structIterator()].map(([name]) => name);
}

function nameOf(item: unknown): string | undefined {
  return isObject(item) && typeof item.name === "string" ? item.name : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}
