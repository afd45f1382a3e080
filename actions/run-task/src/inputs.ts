import type { CapacityProviderStrategyItem, ContainerOverride, Tag } from "@aws-sdk/client-ecs";
import { type InputReader, readInputs } from "../../core/inputs.ts";
import { isObject } from "../../core/is-object.ts";
import type { ReadingRules } from "../../core/task-definition.ts";
import {
  type ManagedVolume,
  readManagedVolumes,
  readRules,
  readTaskDefinitionSource,
  type TaskDefinitionSource,
} from "../../ecs/task-definition-file.ts";

export interface RunInputs {
  readonly cluster: string;
  readonly taskDefinition: TaskDefinitionSource;
  readonly rules?: ReadingRules;
  /** Undefined: the first essential one. */
  readonly container: string | undefined;
  /** Empty: the task definition's or the image's own. */
  readonly command: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  /** Overrides of any containers, including `container`. */
  readonly containerOverrides?: readonly ContainerOverride[];
  readonly placement: PlacementSource;
  readonly tags?: readonly Tag[];
  /** Undefined: the workflow run. */
  readonly startedBy?: string | undefined;
  readonly enableEcsManagedTags?: boolean | undefined;
  readonly volumes?: readonly ManagedVolume[];
  readonly waitUntil: "started" | "stopped";
  readonly deadlineMs: number;
}

/** Where the task runs: like a service's tasks, except for what is given, or only as given. */
interface PlacementSource {
  readonly service?: string;
  readonly launchType?: LaunchType;
  /** Replaces a launch type. */
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
  /** Without any, the task has the network of the service, or of its container instance. */
  readonly subnets?: readonly string[];
  readonly securityGroups?: readonly string[];
  readonly assignPublicIp?: "ENABLED" | "DISABLED";
}

const launchTypes = ["FARGATE", "EC2", "EXTERNAL"] as const;
type LaunchType = (typeof launchTypes)[number];

/** Most one-off tasks take minutes; a forgotten one must not occupy the job for GitHub's six hours. */
const defaultDeadlineMs = 30 * 60_000;

export function readRunInputs(getInput?: (name: string) => string): RunInputs {
  return readInputs(
    (read) => ({
      cluster: read.optional("cluster") ?? "default",
      taskDefinition: readTaskDefinitionSource(read),
      rules: readRules(read),
      container: read.optional("container"),
      command: read.json("command", 'a JSON list of strings such as ["node","migrate.js"]', isCommand, []),
      environment: read.pairs("environment-variables"),
      containerOverrides: read.json(
        "run-task-container-overrides",
        'a JSON list of overrides such as [{"name":"web","command":["node","migrate.js"]}]',
        isListWith<ContainerOverride>("name"),
        [],
      ),
      placement: readPlacement(read),
      tags: readTags(read),
      startedBy: readStartedBy(read),
      enableEcsManagedTags: read.optionalBoolean("enable-ecs-managed-tags"),
      volumes: readManagedVolumes(read, "run-task-managed-ebs-volume"),
      ...readWaiting(read),
    }),
    getInput,
  );
}

function readWaiting(read: InputReader): Pick<RunInputs, "waitUntil" | "deadlineMs"> {
  for (const [ours, other] of [
    ["wait-until", "wait-for-task-stopped"],
    ["deadline", "wait-for-minutes"],
  ] as const)
    if (read.optional(ours) && read.optional(other))
      read.problem(`Inputs ${ours} and ${other} are the same: use only ${ours}`);
  const stopped = read.optionalBoolean("wait-for-task-stopped");
  const minutes = read.integer("wait-for-minutes", { min: 1, max: Number.MAX_SAFE_INTEGER, fallback: 0 });
  const fallbackMs = minutes > 0 ? Math.min(minutes, 360) * 60_000 : defaultDeadlineMs;
  return {
    waitUntil: read.choice("wait-until", ["started", "stopped"], stopped === false ? "started" : "stopped"),
    deadlineMs: read.duration("deadline") ?? fallbackMs,
  };
}

/** Returns a check for a list of objects, each with a text under the key. */
function isListWith<T>(key: string): (value: unknown) => value is T[] {
  return (value): value is T[] =>
    Array.isArray(value) && value.every((item) => isObject(item) && typeof item[key] === "string");
}

/** Reads a JSON list of keys and values, or lines `key=value`. */
function readTags(read: InputReader): Tag[] {
  if (!read.optional("run-task-tags")?.startsWith("["))
    return [...read.pairs("run-task-tags")].map(([key, value]) => ({ key, value }));
  return read.json(
    "run-task-tags",
    'a JSON list of tags such as [{"key":"team","value":"coffee"}]',
    isListWith<Tag>("key"),
    [],
  );
}

function readStartedBy(read: InputReader): string | undefined {
  const given = read.optional("run-task-started-by");
  if (given && !/^[\w/-]{1,128}$/.test(given))
    read.problem(`Input run-task-started-by is "${given}"; expected at most 128 letters, digits, -, _ and /`);
  return given;
}

function isCommand(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
}

/** As in the official action, where the service is updated after the task, the inputs `run-task-…` are the task's. */
function readPlacement(read: InputReader): PlacementSource {
  const service = read.optional("service");
  const capacityProviderStrategy = read.json(
    "run-task-capacity-provider-strategy",
    'a JSON list such as [{"capacityProvider":"FARGATE_SPOT","weight":1}]',
    isListWith<CapacityProviderStrategyItem>("capacityProvider"),
    [],
  );
  const byProviders = capacityProviderStrategy.length > 0;
  const launchType = read.choice("run-task-launch-type", launchTypes, "FARGATE");
  const isGiven = (name: string) => read.optional(name) !== undefined;
  if (byProviders && isGiven("run-task-launch-type"))
    read.problem(
      "Inputs run-task-launch-type and run-task-capacity-provider-strategy exclude each other: use only one",
    );
  const subnets = read.names("run-task-subnets");
  const securityGroups = read.names("run-task-security-groups");
  const assignPublicIp = read.choice("run-task-assign-public-IP", ["ENABLED", "DISABLED"], "DISABLED");
  if (!service && subnets.length === 0) refuseNetwork(read, !byProviders && launchType === "FARGATE");
  return {
    ...(service && { service }),
    ...(byProviders && { capacityProviderStrategy }),
    ...(!byProviders && (!service || isGiven("run-task-launch-type")) && { launchType }),
    ...(subnets.length > 0 && { subnets }),
    ...(securityGroups.length > 0 && { securityGroups }),
    ...((!service || isGiven("run-task-assign-public-IP")) && { assignPublicIp }),
  };
}

function refuseNetwork(read: InputReader, isFargate: boolean): void {
  if (isFargate)
    read.problem("Input service or run-task-subnets is required: it decides where the task runs");
  for (const name of ["run-task-security-groups", "run-task-assign-public-IP"])
    if (read.optional(name)) read.problem(`Input ${name} works with run-task-subnets only`);
}
