import {
  readRules,
  readTaskDefinitionSource,
  type TaskDefinitionSource,
} from "../../shared/ecs/task-definition-source.ts";
import { type InputReader, readInputs } from "../../shared/inputs.ts";
import type { ReadingRules } from "../../shared/task-definition.ts";

export interface RunInputs {
  readonly cluster: string;
  readonly taskDefinition: TaskDefinitionSource;
  readonly rules?: ReadingRules;
  /** Undefined: the first essential one. */
  readonly container: string | undefined;
  /** Empty: the task definition's or the image's own. */
  readonly command: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly placement: PlacementSource;
  readonly waitUntil: "started" | "stopped";
  readonly deadlineMs: number;
  readonly onCancel: "stop" | "leave";
}

/** Where the task runs: as a service's tasks do, or in these subnets. */
export type PlacementSource =
  | { readonly service: string }
  | {
      readonly subnets: readonly string[];
      readonly securityGroups: readonly string[];
      readonly assignPublicIp: "ENABLED" | "DISABLED";
    };

/** Most one-off tasks take minutes; a forgotten one must not hold the job for GitHub's six hours. */
const defaultDeadlineMs = 30 * 60_000;

export function readRunInputs(getInput?: (name: string) => string): RunInputs {
  return readInputs(
    (read) => ({
      cluster: read.required("cluster"),
      taskDefinition: readTaskDefinitionSource(read),
      rules: readRules(read),
      container: read.optional("container"),
      command: read.json("command", 'a JSON list of texts such as ["node","migrate.js"]', isCommand, []),
      environment: read.pairs("environment"),
      placement: readPlacement(read),
      waitUntil: read.choice("wait-until", ["started", "stopped"], "stopped"),
      deadlineMs: read.duration("deadline") ?? defaultDeadlineMs,
      onCancel: read.choice("on-cancel", ["stop", "leave"], "stop"),
    }),
    getInput,
  );
}

function isCommand(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
}

function readPlacement(read: InputReader): PlacementSource {
  const service = read.optional("service");
  const subnets = read.names("subnets");
  if (service && subnets.length > 0) read.problem("Inputs service and subnets exclude each other: give one");
  if (!service && subnets.length === 0)
    read.problem("Input service or subnets is required, to know where the task runs");
  for (const name of ["security-groups", "assign-public-ip"])
    if (service && read.optional(name))
      read.problem(`Input ${name} goes with subnets only: with service, the service's own is taken`);
  const assignPublicIp = read.choice("assign-public-ip", ["ENABLED", "DISABLED"], "DISABLED");
  if (service) return { service };
  return { subnets, securityGroups: read.names("security-groups"), assignPublicIp };
}
