import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { Keys } from "./data-file.ts";
import type { TaskDefinitionInput } from "./task-definition.ts";
import { inUnits } from "./task-definition-diff.ts";

/** Something that RegisterTaskDefinition refuses. */
export interface RuleFault {
  readonly keys: Keys;
  readonly text: string;
  readonly fix: string;
}

export interface Scope {
  readonly definition: TaskDefinitionInput;
  readonly containers: readonly ContainerDefinition[];
  readonly isFargate: boolean;
}

/** A member of the task definition or container, what is wrong with it, and the fix. */
export type Problem = readonly [key: string, problem: string, fix: string];

/** Returns whether a text has a placeholder, which another check reports. */
export function isOpen(text: string | undefined): boolean {
  return text?.includes("<") ?? false;
}

/** Returns NaN for a text that is not a size. */
export function mebibytesOf(memory = ""): number {
  return Number(inUnits(memory || "none", /^([\d.]+)\s*gb$/i));
}

/** Rules for one container in its task definition. */
export const containerRules: readonly ((
  container: ContainerDefinition,
  scope: Scope,
) => Iterable<Problem>)[] = [
  checkBasics,
  checkMemory,
  checkPortMappings,
  checkNetworkMode,
  checkRelations,
  checkSecrets,
  checkLogging,
  checkHealth,
  checkOnFargate,
];

/** ECS: "Container.name contains invalid characters.", "Container.image should not be null or empty." */
function* checkBasics({ name = "", image }: ContainerDefinition): Iterable<Problem> {
  if (!isOpen(name) && !/^[\w-]{1,255}$/.test(name))
    yield ["name", "is not valid", "use letters, digits, - and _"];
  if (image === undefined) yield ["image", "is absent", "set it"];
}

/** ECS: "At least one of 'memory' or 'memoryReservation' must be specified.", "… is greater than for the task." */
function* checkMemory(
  { memory, memoryReservation }: ContainerDefinition,
  { definition, isFargate }: Scope,
): Iterable<Problem> {
  if (!isFargate && !definition.memory && !memory && !memoryReservation)
    yield ["memory", "is absent", "set it, or that of the task"];
  if (memory && memoryReservation && memory < memoryReservation)
    yield ["memory", `is ${memory}, less than memoryReservation`, `use at least ${memoryReservation}`];
  if ((memory ?? memoryReservation ?? 0) > mebibytesOf(definition.memory))
    yield ["memory", `is above the task's ${definition.memory}`, "lower it, or raise the task's"];
}

/** ECS: "Invalid 'containerPort' setting", "the host ports and container ports in port mappings must match". */
function* checkPortMappings(container: ContainerDefinition, { definition }: Scope): Iterable<Problem> {
  const { networkMode = "bridge" } = definition;
  for (const { containerPort, containerPortRange, hostPort } of container.portMappings ?? []) {
    if (networkMode === "none")
      yield ["portMappings", "are not possible with networkMode none", "remove them"];
    if (!containerPortRange && !(containerPort && containerPort > 0 && containerPort < 65_536))
      yield ["portMappings", `has no containerPort, or ${containerPort}`, "use a port from 1 to 65535"];
    if (networkMode !== "bridge" && hostPort && containerPort && hostPort !== containerPort)
      yield ["portMappings", `maps ${containerPort} to the host port ${hostPort}`, "remove hostPort"];
  }
}

/** ECS: "Links are not supported when networkMode=awsvpc.", and the same of hostname; API reference, extraHosts. */
function* checkNetworkMode(container: ContainerDefinition, { definition }: Scope): Iterable<Problem> {
  const { networkMode = "bridge" } = definition;
  const fix = "remove it; containers of a task reach each other on localhost";
  if (container.links && networkMode !== "bridge")
    yield ["links", `are not possible with ${networkMode}`, fix];
  for (const key of ["hostname", "extraHosts"] as const)
    if (container[key] && networkMode === "awsvpc") yield [key, "is not possible with awsvpc", fix];
}

/**
 * API reference, ContainerDependency. ECS: "Cannot depend on container", "A dependency container with SUCCESS or
 * COMPLETE condition cannot be an essential container", "Unknown volume", "Invalid 'volumesFrom' setting".
 */
function* checkRelations(
  container: ContainerDefinition,
  { definition, containers }: Scope,
): Iterable<Problem> {
  const named = (name: string | undefined) => containers.find((each) => each.name === name);
  for (const { containerName, condition = "" } of container.dependsOn ?? []) {
    const other = named(containerName);
    if (!other) yield ["dependsOn", `names ${containerName}, which does not exist`, "correct the name"];
    if (other && !other.healthCheck && condition === "HEALTHY")
      yield [
        "dependsOn",
        `waits for HEALTHY of ${containerName}, which has no health check`,
        "add one to it",
      ];
    if (other && other.essential !== false && ["COMPLETE", "SUCCESS"].includes(condition))
      yield [
        "dependsOn",
        `waits for the end of ${containerName}`,
        `set "essential" of ${containerName} to false`,
      ];
  }
  for (const { sourceVolume } of container.mountPoints ?? [])
    if (!definition.volumes?.some(({ name }) => name === sourceVolume))
      yield ["mountPoints", `names the volume ${sourceVolume}, which does not exist`, "add it to volumes"];
  for (const { sourceContainer } of container.volumesFrom ?? [])
    if (!named(sourceContainer))
      yield ["volumesFrom", `names ${sourceContainer}, which does not exist`, "correct it"];
}

/** ECS: "Duplicate secret names found", "The secret name must be unique and not shared with … environment variables". */
function* checkSecrets(container: ContainerDefinition): Iterable<Problem> {
  const { secrets = [], environment = [] } = container;
  const names = secrets.map(({ name }) => name);
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) < index)))
    yield ["secrets", `has ${name} twice`, "remove one"];
  for (const name of new Set(names.filter((each) => environment.some((variable) => variable.name === each))))
    yield ["secrets", `has ${name}, which is also in environment`, "remove one of them"];
}

/** ECS: "Log driver awslogs requires options: awslogs-region, awslogs-group"; API reference, LogConfiguration. */
function* checkLogging(container: ContainerDefinition, { isFargate }: Scope): Iterable<Problem> {
  if (!container.logConfiguration) return;
  const { logDriver, options = {} } = container.logConfiguration;
  const needed = ["awslogs-group", "awslogs-region", ...(isFargate ? ["awslogs-stream-prefix"] : [])];
  const missing = needed.filter((option) => logDriver === "awslogs" && options[option] === undefined);
  if (logDriver === undefined) yield ["logConfiguration", "has no logDriver", "set it, such as to awslogs"];
  if (missing.length > 0) yield ["logConfiguration", `lacks the options ${missing.join(", ")}`, "add them"];
  if (isFargate && logDriver && !["awslogs", "splunk", "awsfirelens"].includes(logDriver))
    yield ["logConfiguration", `has the driver ${logDriver}`, "Fargate has awslogs, splunk and awsfirelens"];
}

/** API reference, HealthCheck: seconds, except for the retries. */
const ranges = { interval: [5, 300], timeout: [2, 60], retries: [1, 10], startPeriod: [0, 300] } as const;

function* checkHealth({ healthCheck }: ContainerDefinition): Iterable<Problem> {
  if (!healthCheck) return;
  const [kind = "nothing"] = healthCheck.command ?? [];
  if (!["CMD", "CMD-SHELL", "NONE"].includes(kind))
    yield ["healthCheck", `has a command that begins with ${kind}`, "begin it with CMD or CMD-SHELL"];
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = healthCheck[name as keyof typeof ranges] ?? least;
    if (value < least || value > most)
      yield ["healthCheck", `has ${name} ${value}`, `use ${least} to ${most}`];
  }
}

/** Developer guide, "Task definition differences for Fargate"; with awsvpc, another rule reports links and hosts. */
const notOnFargate = [
  "privileged",
  "disableNetworking",
  "dnsServers",
  "dnsSearchDomains",
  "dockerSecurityOptions",
] as const;
const linuxNotOnFargate = ["devices", "sharedMemorySize", "maxSwap", "swappiness"] as const;

function* checkOnFargate(container: ContainerDefinition, { isFargate }: Scope): Iterable<Problem> {
  if (!isFargate) return;
  const { linuxParameters = {}, resourceRequirements = [] } = container;
  for (const key of notOnFargate) if (container[key]) yield [key, "is not supported on Fargate", "remove it"];
  for (const key of linuxNotOnFargate)
    if (linuxParameters[key] !== undefined) yield ["linuxParameters", `has ${key} on Fargate`, "remove it"];
  for (const name of linuxParameters.capabilities?.add ?? [])
    if (name !== "SYS_PTRACE")
      yield ["linuxParameters", `adds ${name}; Fargate adds SYS_PTRACE only`, "remove it"];
  if (resourceRequirements.some(({ type }) => type === "GPU"))
    yield ["resourceRequirements", "has a GPU, which Fargate does not have", "remove it"];
  for (const key of ["startTimeout", "stopTimeout"] as const)
    if ((container[key] ?? 0) > 120)
      yield [key, `is ${container[key]} on Fargate`, "use at most 120 seconds"];
}
