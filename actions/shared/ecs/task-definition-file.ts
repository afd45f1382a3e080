import { duplicateKeys, parseData, readTextFile } from "../data-file.ts";
import { Failure } from "../failure.ts";
import type { Finding } from "../findings.ts";
import type { Log } from "../log.ts";
import { findPlaceholders } from "../placeholders.ts";
import {
  checkTaskDefinition,
  type ReadingRules,
  type TaskDefinitionInput,
  type UnknownKey,
} from "../task-definition.ts";

/** Reads the task definition of a file; its faults are findings, like those of the service. */
export function readTaskDefinition(
  file: string,
  log: Log,
  rules?: ReadingRules,
): { taskDefinition: TaskDefinitionInput | undefined; findings: Finding[] } {
  try {
    const text = readTextFile(file);
    const value = parseData(text, file);
    const { taskDefinition, dropped, unknown } = checkTaskDefinition(value, file, rules);
    if (dropped.length > 0) log.notice(`${file}: removed ${dropped.join(", ")}, which cannot be registered.`);
    const advice = [...twiceIn(text, value, file), ...unknown.map((key) => sentToAws(file, key))];
    return {
      taskDefinition,
      findings: [
        ...leftPlaceholders(taskDefinition, file),
        ...advice.map((warning): Finding => ({ text: warning, kind: "advice" })),
      ],
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { taskDefinition: undefined, findings: [{ text: error.message }] };
  }
}

/** Returns a warning for each key that an object of a file has twice. */
export function twiceIn(text: string, value: unknown, file: string): string[] {
  return duplicateKeys(text, value).map(
    ({ key, firstLine, line }) =>
      `${file}:${line}: duplicate key ${key}, first on line ${firstLine}; the second value is used`,
  );
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
