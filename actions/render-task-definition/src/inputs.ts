import { LogDriver } from "@aws-sdk/client-ecs";
import { type Aliases, type InputReader, readInputs } from "../../core/inputs.ts";
import { readPlaceholderValues } from "../../core/placeholders.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import {
  readRules,
  readTaskDefinitionSource,
  type TaskDefinitionSource,
} from "../../ecs/task-definition-file.ts";
import { readChoices, readCommands, readFileArns, readImages } from "./container-values.ts";
import { parseTarget, type Target } from "./containers.ts";
import { readNamedValues } from "./named-values.ts";

/** Roles of the task; omitted ones stay as they are. */
type TaskRoles = Pick<TaskDefinitionInput, "executionRoleArn" | "taskRoleArn">;

export type RenderInputs = ReturnType<typeof readRenderInputs>;
export type ContainerInputs = ReturnType<typeof readContainerInputs>;

/**
 * Input names of aws-actions/amazon-ecs-render-task-definition, each with ours.
 *
 * @internal
 */
export const renderAliases: Aliases = {
  "container-name": "containers",
  image: "images",
};

export function readRenderInputs(getInput?: (name: string) => string) {
  return readInputs(
    (read) => ({
      source: readSource(read),
      appSpecFile: read.optionalFile("appspec"),
      /** Placeholder name, without the angle brackets → value. */
      placeholders: readPlaceholderValues(read, "placeholders"),
      /** Plain values instead of all secrets, by name. */
      plainSecrets: read.pairs("plain-secrets"),
      roles: readRoles(read),
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

function readContainerInputs(read: InputReader) {
  return {
    /** Containers for lines without a container's name; undefined: the only one. */
    containers: readContainers(read, "containers"),
    images: readImages(read),
    commands: readCommands(read, "command"),
    logDrivers: readChoices(read, "log-configuration-log-driver", Object.values(LogDriver)),
    environment: readNamedValues(read, "environment-variables"),
    /** ARNs of all environment files of a container. */
    environmentFiles: readFileArns(read, "env-files"),
    secrets: readNamedValues(read, "secrets"),
    dockerLabels: readNamedValues(read, "docker-labels"),
    logOptions: readNamedValues(read, "log-configuration-options"),
    /** Containers whose tags become digests; undefined: none. */
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
