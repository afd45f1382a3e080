import { roleFault } from "../../shared/arn.ts";
import { sentToAws } from "../../shared/ecs/task-definition-file.ts";
import { Failure } from "../../shared/failure.ts";
import { refuseFindings } from "../../shared/findings.ts";
import { fillPlaceholders, findPlaceholders } from "../../shared/placeholders.ts";
import { inspectTaskDefinition, type TaskDefinitionInput } from "../../shared/task-definition.ts";
import { diffTaskDefinitions } from "../../shared/task-definition-diff.ts";
import { type RenderedAppSpec, renderAppSpec } from "./app-spec.ts";
import { changeEntries, inList } from "./apply-named-values.ts";
import { checkContainer } from "./check-containers.ts";
import { findContainers } from "./containers.ts";
import type { RenderContext } from "./context.ts";
import { editContainers } from "./edit-containers.ts";
import type { RenderInputs } from "./inputs.ts";
import { type LoadedSource, loadSource } from "./source.ts";

export interface Rendered {
  readonly taskDefinition: TaskDefinitionInput;
  /** File or `family:revision` that it was rendered from. */
  readonly origin: string;
  /** ARN of a registered source. */
  readonly originArn: string | undefined;
  readonly appSpec: RenderedAppSpec | undefined;
  /** Differences to the source, one a line. */
  readonly diff: readonly string[];
  readonly notices: readonly string[];
}

/** Code that reads ECR is loaded only for these. */
const ecrScheme = "ecr://";

interface Messages {
  readonly faults: string[];
  readonly notices: string[];
}

/** Renders, or throws one Failure that names everything to correct; nothing is written by then. */
export async function render(inputs: RenderInputs, context: RenderContext): Promise<Rendered> {
  const source = await loadSource(inputs.source, context);
  for (const warning of source.warnings) context.log.warning(warning);
  const messages: Messages = { faults: [], notices: [...source.notices] };
  const taskDefinition = await edit(source, inputs, context, messages);
  const appSpec = inputs.appSpecFile
    ? tryAppSpec(inputs.appSpecFile, inputs.placeholders, messages.faults, context)
    : undefined;
  refuseFindings(
    messages.faults.map((text) => ({ text })),
    context.log,
  );
  return {
    taskDefinition,
    origin: source.origin,
    originArn: source.arn,
    appSpec,
    diff: diffTaskDefinitions(inspectTaskDefinition(source.value).taskDefinition, taskDefinition),
    notices: messages.notices,
  };
}

async function edit(
  source: LoadedSource,
  inputs: RenderInputs,
  context: RenderContext,
  messages: Messages,
): Promise<TaskDefinitionInput> {
  const { origin } = source;
  const filled = fillPlaceholders(source.value, inputs.placeholders);
  const inspected = inspectTaskDefinition(filled, inputs.task, inputs.rules);
  messages.faults.push(...inspected.faults.map(({ keys, text }) => `${at(source, keys)}: ${text}`));
  for (const key of inspected.unknown) context.log.warning(sentToAws(at(source, key.keys), key));
  if (inspected.dropped.length > 0) messages.notices.push(droppedNotice(origin, inspected.dropped));
  const definition = structuredClone(inspected.taskDefinition) as unknown as Record<string, unknown>;
  const containers = findContainers(definition, origin, inputs.container.containers, messages);
  editContainers(containers, inputs.container, messages);
  changeEntries(definition, inputs.tags, inList("tags", "key", "value"), messages);
  if (containers.all.some(({ image }) => String(image).startsWith(ecrScheme))) {
    const { locateEcrImages } = await import("./locate-ecr-images.ts");
    await locateEcrImages(containers.all, context, messages.faults);
  }
  if (inputs.container.pinned) {
    const target = { target: inputs.container.pinned, place: "Input pin-images" };
    const { pinImages } = await import("./pin-images.ts");
    await pinImages(containers.meantBy(target), context, messages.faults);
  }
  for (const key of ["executionRoleArn", "taskRoleArn"]) {
    const role = definition[key];
    const fault = typeof role === "string" ? roleFault(role, key) : undefined;
    if (fault) messages.faults.push(`${at(source, [key])}: ${fault.text} (${fault.fix})`);
  }
  for (const container of containers.all)
    messages.faults.push(...checkContainer(container).map((fault) => `${origin}: ${fault}`));
  for (const { name, path, keys } of findPlaceholders(definition))
    messages.faults.push(
      `${at(source, keys)}: placeholder <${name}> at ${path} has no value: ${fix(path, name)}`,
    );
  return definition as unknown as TaskDefinitionInput;
}

function tryAppSpec(
  file: string,
  values: ReadonlyMap<string, string>,
  faults: string[],
  { log }: RenderContext,
): RenderedAppSpec | undefined {
  try {
    const rendered = renderAppSpec(file, values);
    for (const warning of rendered.warnings) log.warning(warning);
    for (const { name, path } of rendered.left)
      faults.push(`${file}: placeholder <${name}> at ${path} has no value: ${fix(path, name)}`);
    return rendered;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    faults.push(error.message);
    return undefined;
  }
}

function at({ origin, lineOf }: LoadedSource, keys: readonly (string | number)[]): string {
  const line = lineOf(keys);
  return line === undefined ? origin : `${origin}:${line}`;
}

function fix(path: string, name: string): string {
  const container = /^containerDefinitions\[([^\]]+)\]\.image$/.exec(path)?.[1];
  if (container) return `set the image with a line "${container}=<image>" in the input images`;
  return `set its value in the input placeholders, such as {"${name}": "…"}`;
}

function droppedNotice(origin: string, dropped: readonly string[]): string {
  return `${origin}: removed ${dropped.join(", ")}, which only the description of a registered task definition has.`;
}
