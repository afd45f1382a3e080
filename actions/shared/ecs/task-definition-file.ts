import { readDataFile } from "../data-file.ts";
import { Failure } from "../failure.ts";
import type { Finding } from "../findings.ts";
import type { Log } from "../log.ts";
import { findPlaceholders } from "../placeholders.ts";
import { checkTaskDefinition, type TaskDefinitionInput } from "../task-definition.ts";

/** The task definition of a file; what is wrong with it is a finding beside those of the service. */
export function readTaskDefinition(
  file: string,
  log: Log,
): { taskDefinition: TaskDefinitionInput | undefined; findings: Finding[] } {
  try {
    const { taskDefinition, dropped } = checkTaskDefinition(readDataFile(file), file);
    if (dropped.length > 0)
      log.notice(`${file}: left out ${dropped.join(", ")}, which cannot be registered.`);
    return { taskDefinition, findings: leftPlaceholders(taskDefinition, file) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { taskDefinition: undefined, findings: [{ text: error.message }] };
  }
}

/** A finding for each placeholder in `value`, except those named in `kept`. */
export function leftPlaceholders(value: unknown, file: string, kept: readonly string[] = []): Finding[] {
  return findPlaceholders(value)
    .filter(({ name }) => !kept.includes(name))
    .map(({ name, path }) => ({
      text: `${file} still has the placeholder <${name}> at ${path}; render-task-definition fills it`,
    }));
}
