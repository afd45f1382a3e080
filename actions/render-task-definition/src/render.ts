import { basename } from "node:path";
import { roleFault } from "../../core/arn.ts";
import { findDataPositions, type Keys, parseData, twiceIn } from "../../core/data-file.ts";
import { Failure } from "../../core/failure.ts";
import { fillDataText } from "../../core/fill-data-text.ts";
import { refuseFindings } from "../../core/findings.ts";
import { isObject } from "../../core/is-object.ts";
import { fillPlaceholders, findPlaceholders } from "../../core/placeholders.ts";
import { withPlainSecrets } from "../../core/plain-secrets.ts";
import { inspectTaskDefinition, type TaskDefinitionInput } from "../../core/task-definition.ts";
import { diffTaskDefinitions } from "../../core/task-definition-diff.ts";
import { readTextFile } from "../../core/text-file.ts";
import { describeRevision, isReservedTag, shortRevision } from "../../ecs/revision.ts";
import { sentToAws, type TaskDefinitionSource } from "../../ecs/task-definition-file.ts";
import { type Container, findContainers } from "./containers.ts";
import type { RenderContext } from "./context.ts";
import { editContainers } from "./edit-containers.ts";
import type { RenderInputs } from "./inputs.ts";

export type Rendered = Awaited<ReturnType<typeof render>>;

/** Code that reads ECR is loaded only for these. */
const ecrScheme = "ecr://";

interface Messages {
  readonly faults: string[];
  readonly notices: string[];
}

/** Renders, or throws one Failure that names everything to correct; nothing is written by then. */
export async function render(inputs: RenderInputs, context: RenderContext) {
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
    /** File or `family:revision` that it was rendered from. */
    origin: source.origin,
    /** ARN of a registered source. */
    originArn: source.arn,
    appSpec,
    /** Differences to the source, one a line. */
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
  const plain = withPlainSecrets(source.value, inputs.plainSecrets);
  const filled = fillPlaceholders(plain, inputs.placeholders);
  const inspected = inspectTaskDefinition(filled, inputs.roles, inputs.rules);
  messages.faults.push(...inspected.faults.map(({ keys, text }) => `${at(source, keys)}: ${text}`));
  for (const key of inspected.unknown) context.log.warning(sentToAws(at(source, key.keys), key));
  if (inspected.dropped.length > 0) messages.notices.push(droppedNotice(origin, inspected.dropped));
  const definition = structuredClone(inspected.taskDefinition) as unknown as Record<string, unknown>;
  const containers = findContainers(definition, origin, inputs.container.containers, messages);
  editContainers(containers, inputs.container, messages);
  if (containers.all.some(({ image }) => String(image).startsWith(ecrScheme))) {
    const { locateEcrImages } = await import("./find-images.ts");
    await locateEcrImages(containers.all, context, messages.faults);
  }
  if (inputs.container.pinned) {
    const target = { target: inputs.container.pinned, place: "Input pin-images" };
    const { pinImages } = await import("./find-images.ts");
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
) {
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

/** CodeDeploy's own placeholder: deploy-service replaces it by the registered revision. */
const kept = "TASK_DEFINITION";

function renderAppSpec(file: string, values: ReadonlyMap<string, string>) {
  const filling = new Map([...values].filter(([name]) => name !== kept));
  const source = readTextFile(file);
  const warnings = twiceIn(source, file);
  const text = fillDataText(source, file, filling);
  const left = findPlaceholders(parseData(text, file)).filter(({ name }) => name !== kept);
  return { text, fileName: basename(file), left, warnings };
}

/** Finds what ECS refuses in a container although every key and type of it is right. */
function checkContainer(container: Container): string[] {
  const environment = namesIn(container.environment);
  const secrets = namesIn(container.secrets);
  const { name, logConfiguration } = container;
  const faults = [
    ...twice(environment).map((variable) => `has ${variable} twice in environment`),
    ...twice(secrets).map((variable) => `has ${variable} twice in secrets`),
    // ECS API reference, Secret: a name may be in only one of them.
    ...[...new Set(environment)]
      .filter((variable) => secrets.includes(variable))
      .map(
        (variable) => `has ${variable} in environment and in secrets: remove one with a line -${variable}`,
      ),
    ...(isObject(logConfiguration) && logConfiguration.logDriver === undefined
      ? ["has log options but no log driver: set the input log-configuration-log-driver"]
      : []),
  ];
  return faults.map((fault) => `the container "${name}" ${fault}`);
}

function namesIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter(isObject).map((item) => String(item.name)) : [];
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) < index))];
}

/** A task definition as it was found. */
interface LoadedSource {
  /** Path of the file, or `family:revision`. */
  readonly origin: string;
  readonly value: unknown;
  /** ARN of a registered one. */
  readonly arn: string | undefined;
  /** 1-based line in the file; undefined for a registered one. */
  lineOf(keys: Keys): number | undefined;
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
}

async function loadSource(source: TaskDefinitionSource, context: RenderContext): Promise<LoadedSource> {
  return "file" in source ? loadFile(source.file) : loadRegistered(source.reference, context);
}

function loadFile(file: string): LoadedSource {
  const text = readTextFile(file);
  const value = parseData(text, file);
  const { lineOf } = findDataPositions(text);
  return {
    origin: file,
    value,
    arn: undefined,
    lineOf: (keys) => lineOf(keys) ?? lineOf(["taskDefinition", ...keys]),
    warnings: twiceIn(text, file),
    notices: [],
  };
}

async function loadRegistered(reference: string, { ecs, signal }: RenderContext): Promise<LoadedSource> {
  const found = await describeRevision({ clients: { ecs }, signal }, reference);
  if (!found)
    throw new Failure(`ECS does not have the task definition ${reference}, and no file has that name`, {
      nextStep: `correct the input task-definition (paths are relative to ${process.cwd()}).`,
    });
  const { taskDefinition = {}, tags = [] } = found;
  const arn = taskDefinition.taskDefinitionArn ?? "";
  const origin = shortRevision(arn);
  const own = tags.filter((tag) => !isReservedTag(tag));
  const reserved = tags.filter(isReservedTag).map(({ key }) => key);
  return {
    origin,
    value: { ...taskDefinition, ...(own.length > 0 && { tags: own }) },
    arn,
    lineOf: () => undefined,
    warnings: [],
    notices:
      reserved.length > 0
        ? [`${origin}: removed the tags ${reserved.join(", ")}, which only AWS can set.`]
        : [],
  };
}
