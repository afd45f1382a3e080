import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseData, readDataFile } from "../../shared/data-file.ts";
import { Failure } from "../../shared/failure.ts";
import { fillPlaceholders, findPlaceholders } from "../../shared/placeholders.ts";
import { checkTaskDefinition, isObject, type TaskDefinitionInput } from "../../shared/task-definition.ts";
import { diffTaskDefinitions } from "../../shared/task-definition-diff.ts";
import { fillAppSpec } from "./app-spec.ts";
import type { RenderInputs } from "./inputs.ts";

export interface Rendered {
  readonly taskDefinition: TaskDefinitionInput;
  readonly taskDefinitionFile: string;
  readonly appSpec: { readonly text: string; readonly fileName: string } | undefined;
  /** Differences to the template, one a line. */
  readonly diff: string[];
  readonly notices: string[];
}

/** CodeDeploy's own placeholder: deploy-service puts the registered revision there. */
const keptInAppSpec = "TASK_DEFINITION";

export function render(inputs: RenderInputs): Rendered {
  const { taskDefinitionFile, appSpecFile, images, placeholders } = inputs;
  const template = readDataFile(taskDefinitionFile);
  const { taskDefinition, dropped } = checkTaskDefinition(
    setImages(fillPlaceholders(template, placeholders), images, taskDefinitionFile),
    taskDefinitionFile,
  );
  const appSpec = appSpecFile ? renderAppSpec(appSpecFile, placeholders) : undefined;
  refuseLeftPlaceholders([
    ...findPlaceholders(taskDefinition).map((left) => ({ ...left, file: taskDefinitionFile })),
    ...(appSpec?.left ?? []),
  ]);
  return {
    taskDefinition,
    taskDefinitionFile,
    appSpec,
    diff: diffTaskDefinitions(checkedTemplate(template, dropped), taskDefinition),
    notices: dropped.length > 0 ? [droppedNotice(taskDefinitionFile, dropped)] : [],
  };
}

function droppedNotice(file: string, dropped: string[]): string {
  return `${file}: left out ${dropped.join(", ")}, which only the description of a registered task definition has.`;
}

function checkedTemplate(template: unknown, dropped: string[]): object {
  const bare = isObject(template) && isObject(template.taskDefinition) ? template.taskDefinition : template;
  return Object.fromEntries(Object.entries(bare as object).filter(([key]) => !dropped.includes(key)));
}

function setImages(template: unknown, images: ReadonlyMap<string, string>, file: string): unknown {
  if (!isObject(template)) return template;
  if (isObject(template.taskDefinition)) return setImages(template.taskDefinition, images, file);
  const containers = Array.isArray(template.containerDefinitions) ? template.containerDefinitions : [];
  const names = containers.map((container) => (isObject(container) ? container.name : undefined));
  const unknown = [...images.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Failure(`Input images names ${list(unknown)}, which ${file} has no container for`, {
      nextStep: `use the name of a container there: ${list(names)}.`,
    });
  const containerDefinitions = containers.map((container) =>
    isObject(container) && images.has(String(container.name))
      ? { ...container, image: images.get(String(container.name)) }
      : container,
  );
  return { ...template, ...(images.size > 0 ? { containerDefinitions } : {}) };
}

function list(names: unknown[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

function renderAppSpec(file: string, placeholders: ReadonlyMap<string, string>) {
  const values = new Map([...placeholders].filter(([name]) => name !== keptInAppSpec));
  const text = fillAppSpec(readFileSync(file, "utf8"), file, values);
  const left = findPlaceholders(parseData(text, file)).filter(({ name }) => name !== keptInAppSpec);
  return { text, fileName: basename(file), left: left.map((placeholder) => ({ ...placeholder, file })) };
}

function refuseLeftPlaceholders(left: readonly { path: string; name: string; file: string }[]): void {
  if (left.length === 0) return;
  const [first] = left as [(typeof left)[0]];
  const container = /^containerDefinitions\[([^\]]+)\]\.image$/.exec(first.path)?.[1];
  const how = container
    ? `give the image as a line "${container}=<image>" of the input images`
    : `give its value in the input placeholders, such as {"${first.name}": "…"}`;
  throw new Failure(
    `Placeholder left in: ${left.map(({ file, path, name }) => `<${name}> at ${path} of ${file}`).join("; ")}`,
    { nextStep: `${how}. Nothing was written.` },
  );
}
