import { statSync } from "node:fs";
import type { TaskManagedEBSVolumeConfiguration } from "@aws-sdk/client-ecs";
import { Failure } from "../core/failure.ts";
import { type Finding, fault } from "../core/findings.ts";
import type { InputReader } from "../core/inputs.ts";
import { isObject } from "../core/is-object.ts";
import type { Log } from "../core/log.ts";
import { findPlaceholders } from "../core/placeholders.ts";
import { plainJson } from "../core/plain-json.ts";
import { findRegistrationFaults } from "../core/registration-rules.ts";
import { checkTaskDefinition, type ReadingRules, type TaskDefinitionInput } from "../core/task-definition.ts";
import type { UnknownKey } from "../core/task-definition-faults.ts";
import { readTextFile } from "../core/text-file.ts";

/** Reads the task definition of a file; its faults are findings, like those of the service. */
export async function readTaskDefinition(
  file: string,
  log: Log,
  rules?: ReadingRules,
): Promise<{ taskDefinition: TaskDefinitionInput | undefined; findings: Finding[] }> {
  try {
    const { value, twice } = await readValue(file);
    const { taskDefinition, dropped, unknown } = checkTaskDefinition(value, file, rules);
    if (dropped.length > 0) log.notice(`${file}: removed ${dropped.join(", ")}, which cannot be registered.`);
    const faults = findRegistrationFaults(taskDefinition);
    const advice = [...twice, ...unknown.map((key) => sentToAws(file, key))];
    return {
      taskDefinition,
      findings: [
        ...leftPlaceholders(taskDefinition, file),
        ...faults.map((found): Finding => ({ ...found, text: `${file}: ${found.text}` })),
        ...advice.map((warning): Finding => ({ text: warning, kind: "advice" })),
      ],
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { taskDefinition: undefined, findings: fault(error.message) };
  }
}

/** Reads a value, and a warning for each key that the file has twice. */
async function readValue(file: string): Promise<{ value: unknown; twice: string[] }> {
  const text = readTextFile(file);
  const plain = plainJson(text);
  if (plain) return { value: plain, twice: [] };
  const { parseData, twiceIn } = await import("../core/data-file.ts");
  return { value: parseData(text, file), twice: twiceIn(text, file) };
}

/** Returns the warning for a key that AWS may know, though this action does not. */
export function sentToAws(place: string, { path, meant }: UnknownKey): string {
  const question = meant ? ` (did you mean ${meant}?)` : "";
  return `${place}: unknown key ${path}${question}; it is sent to AWS unchanged`;
}

/** Returns a finding for each placeholder in `value`, except those in `kept`. */
export function leftPlaceholders(value: unknown, file: string, kept: readonly string[] = []): Finding[] {
  return findPlaceholders(value)
    .filter(({ name }) => !kept.includes(name))
    .map(({ name, path }) => ({
      text: `${file} still has the placeholder <${name}> at ${path}; render-task-definition fills it`,
    }));
}

/** A file to register, or a reference for DescribeTaskDefinition: family, family:revision or ARN. */
export type TaskDefinitionSource = { readonly file: string } | { readonly reference: string };

/** An ARN, or a family's 255 characters with or without revision (ECS API reference, RegisterTaskDefinition). */
const reference = /^(arn:.+:task-definition\/)?[A-Za-z0-9_-]{1,255}(:\d+)?$/;

/** Reads the input task-definition: the name of an existing file means the file. */
export function readTaskDefinitionSource(read: InputReader): TaskDefinitionSource {
  const given = read.required("task-definition");
  if (statSync(given, { throwIfNoEntry: false })?.isFile()) return { file: given };
  if (given && !reference.test(given))
    read.problem(
      `Input task-definition: file ${given} does not exist (in ${process.cwd()}), and it is not a family, family:revision or ARN`,
    );
  return { reference: given };
}

/** Reads the rules for a task definition's file. */
export function readRules(read: InputReader): ReadingRules {
  return { keptEmpty: read.names("keep-null-value-keys") };
}

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
