import { LogDriver } from "@aws-sdk/client-ecs";
import { type Aliases, type InputReader, readInputs } from "../../core/inputs.ts";
import { readPlaceholderValues } from "../../core/placeholders.ts";
import type { ReadingRules, TaskDefinitionInput } from "../../core/task-definition.ts";
import { readTaskDefinitionSource, type TaskDefinitionSource } from "../../ecs/task-definition-file.ts";
import { readChoices, readCommands, readFileArns, readImages } from "./container-values.ts";
import { type Placed, parseTarget, type Target } from "./containers.ts";
import { type NamedValues, readNamedValues } from "./named-values.ts";

/** Roles of the task; omitted ones stay as they are. */
type TaskRoles = Pick<TaskDefinitionInput, "executionRoleArn" | "taskRoleArn">;

export interface ContainerInputs {
  /** Containers for lines without a container's name; undefined: the only one. */
  readonly containers: Target;
  readonly images: readonly Placed<string>[];
  readonly commands: readonly Placed<readonly string[]>[];
  readonly logDrivers: readonly Placed<string>[];
  readonly environment: NamedValues;
  /** ARNs of all environment files of a container. */
  readonly environmentFiles: readonly Placed<string>[];
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
  readonly roles: TaskRoles;
  readonly rules: ReadingRules;
  readonly container: ContainerInputs;
}

/**
 * Input names of aws-actions/amazon-ecs-render-task-definition, each with ours.
 *
 * @internal
 */
export const renderAliases: Aliases = {
  "container-name": "containers",
  image: "images",
};

export function readRenderInputs(getInput?: (name: string) => string): RenderInputs {
  return readInputs(
    (read) => ({
      source: readSource(read),
      appSpecFile: read.optionalFile("appspec"),
      placeholders: readPlaceholderValues(read, "placeholders"),
      plainSecrets: read.pairs("plain-secrets"),
      roles: readRoles(read),
      rules: { keptEmpty: read.names("keep-null-value-keys") },
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

function readContainerInputs(read: InputReader): ContainerInputs {
  return {
    containers: readContainers(read, "containers"),
    images: readImages(read),
    commands: readCommands(read, "command"),
    logDrivers: readChoices(read, "log-configuration-log-driver", Object.values(LogDriver)),
    environment: readNamedValues(read, "environment-variables"),
    environmentFiles: readFileArns(read, "env-files"),
    secrets: readNamedValues(read, "secrets"),
    dockerLabels: readNamedValues(read, "docker-labels"),
    logOptions: readNamedValues(read, "log-configuration-options"),
    pinned: readPinned(read),
  };
}

function readRoles(read: InputReader): TaskRoles {
  const executionRoleArn = read.optional("execution-role-arn");
  const taskRoleArn = read.optional("task-role-arn");
  return { ...(executionRoleArn && { executionRoleArn }), ...(taskRoleArn && { taskRoleArn }) };
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
