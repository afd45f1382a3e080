import { CPUArchitecture, LogDriver, OSFamily } from "@aws-sdk/client-ecs";
import { type Aliases, type InputReader, readInputs } from "../../core/inputs.ts";
import { readPlaceholderValues } from "../../core/placeholders.ts";
import type { ReadingRules, TaskDefinitionInput } from "../../core/task-definition.ts";
import {
  readRules,
  readTaskDefinitionSource,
  type TaskDefinitionSource,
} from "../../ecs/task-definition-file.ts";
import { readChoices, readCommands, readImages } from "./container-values.ts";
import { type Placed, parseTarget, type Target } from "./containers.ts";
import { type NamedValues, readFileArns, readNamedValues, readTags } from "./named-values.ts";

/** Members of the task itself; omitted ones stay as they are. */
type TaskSettings = Pick<
  TaskDefinitionInput,
  "family" | "cpu" | "memory" | "executionRoleArn" | "taskRoleArn" | "runtimePlatform"
>;

export interface ContainerInputs {
  /** Containers for lines without a container's name; undefined: the only one. */
  readonly containers: Target;
  readonly images: readonly Placed<string>[];
  readonly commands: readonly Placed<readonly string[]>[];
  readonly entryPoints: readonly Placed<readonly string[]>[];
  readonly logDrivers: readonly Placed<string>[];
  readonly environment: NamedValues;
  readonly environmentFiles: NamedValues;
  readonly secrets: NamedValues;
  readonly dockerLabels: NamedValues;
  readonly logOptions: NamedValues;
  /** Containers whose tags become digests; undefined: none. */
  readonly pinned: Target;
}

export interface RenderInputs {
  readonly source: TaskDefinitionSource;
  readonly appSpecFile: string | undefined;
  /** Placeholder name, without the angle brackets → value. */
  readonly placeholders: ReadonlyMap<string, string>;
  /** Plain values instead of all secrets, by name. */
  readonly plainSecrets: ReadonlyMap<string, string>;
  readonly task: TaskSettings;
  readonly tags: NamedValues;
  readonly rules: ReadingRules;
  readonly container: ContainerInputs;
}

/** Input names of aws-actions/amazon-ecs-render-task-definition, and former ones of ours, each with today's. */
export const renderAliases: Aliases = {
  "container-name": "containers",
  image: "images",
  environment: "environment-variables",
  "environment-mode": "environment-variables-mode",
  "log-driver": "log-configuration-log-driver",
  "log-options": "log-configuration-options",
  "log-options-mode": "log-configuration-options-mode",
  "execution-role-arn": "execution-role",
  "task-role-arn": "task-role",
};

export function readRenderInputs(getInput?: (name: string) => string): RenderInputs {
  return readInputs(
    (read) => ({
      source: readSource(read),
      appSpecFile: read.optionalFile("appspec"),
      placeholders: readPlaceholderValues(read, "placeholders"),
      plainSecrets: read.pairs("plain-secrets"),
      task: readTaskSettings(read),
      tags: readTags(read, "tags"),
      rules: readRules(read),
      container: readContainerInputs(read),
    }),
    getInput,
    renderAliases,
  );
}

/** The official action has three inputs for a registered one. */
function readSource(read: InputReader): TaskDefinitionSource {
  const arn = read.optional("task-definition-arn");
  const family = read.optional("task-definition-family");
  const revision = read.optional("task-definition-revision");
  if (!arn && !family && !revision) return readTaskDefinitionSource(read);
  if (revision && !family) read.problem("Input task-definition-revision needs task-definition-family");
  if ([read.optional("task-definition"), arn, family].filter(Boolean).length > 1)
    read.problem(
      "Inputs task-definition, task-definition-arn and task-definition-family exclude each other: use only task-definition",
    );
  return { reference: arn ?? [family, revision].filter(Boolean).join(":") };
}

/** The official action's `env-files` replace all files of a container. */
function readEnvironmentFiles(read: InputReader): NamedValues {
  if (!read.optional("env-files")) return readFileArns(read, "environment-files");
  for (const name of ["environment-files", "environment-files-mode"])
    if (read.optional(name))
      read.problem(`Inputs ${name} and env-files exclude each other: use only environment-files`);
  return { ...readFileArns(read, "env-files"), mode: "replace" };
}

function readContainerInputs(read: InputReader): ContainerInputs {
  return {
    containers: readContainers(read, "containers"),
    images: readImages(read),
    commands: readCommands(read, "command"),
    entryPoints: readCommands(read, "entrypoint"),
    logDrivers: readChoices(read, "log-configuration-log-driver", Object.values(LogDriver)),
    environment: readNamedValues(read, "environment-variables"),
    environmentFiles: readEnvironmentFiles(read),
    secrets: readNamedValues(read, "secrets"),
    dockerLabels: readNamedValues(read, "docker-labels"),
    logOptions: readNamedValues(read, "log-configuration-options"),
    pinned: readPinned(read),
  };
}

function readTaskSettings(read: InputReader): TaskSettings {
  const settings: TaskSettings = {
    family: read.optional("family"),
    cpu: read.optional("cpu"),
    memory: read.optional("memory"),
    executionRoleArn: read.optional("execution-role"),
    taskRoleArn: read.optional("task-role"),
    runtimePlatform: readPlatform(read),
  };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as TaskSettings;
}

/** Docker's names for ECS's X86_64. */
const x86 = ["AMD64", "X86_64"];

/** Reads `linux/arm64` as Docker writes it, or ECS's own names. */
function readPlatform(read: InputReader): TaskDefinitionInput["runtimePlatform"] {
  const given = read.optional("runtime-platform");
  if (!given) return undefined;
  const [system = "", architecture = "", ...more] = given.toUpperCase().split("/");
  const operatingSystemFamily = Object.values(OSFamily).find((name) => name === system);
  const cpuArchitecture = x86.includes(architecture)
    ? CPUArchitecture.X86_64
    : Object.values(CPUArchitecture).find((name) => name === architecture);
  if (operatingSystemFamily && cpuArchitecture && more.length === 0)
    return { operatingSystemFamily, cpuArchitecture };
  read.problem(
    `Input runtime-platform is "${given}"; expected linux/amd64, linux/arm64 or another <system>/<architecture> (systems: ${Object.values(OSFamily).join(", ")})`,
  );
  return undefined;
}

function readContainers(read: InputReader, input: string): Target {
  const names = read
    .lines(input)
    .flatMap((line) => line.split(","))
    .filter((name) => name.trim() !== "")
    .join(",");
  if (!names) return undefined;
  const target = parseTarget(names);
  if (!target) read.problem(`Input ${input} is "${names}"; expected names of containers, or *`);
  return target;
}

function readPinned(read: InputReader): Target {
  const given = read.optional("pin-images") ?? "false";
  if (given === "false") return undefined;
  return given === "true" ? ["*"] : readContainers(read, "pin-images");
}
