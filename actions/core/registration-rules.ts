import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { Finding } from "./findings.ts";
import type { TaskDefinitionInput } from "./task-definition.ts";
import { inUnits } from "./task-definition-diff.ts";
import { withoutEmpty } from "./task-definition-faults.ts";

interface Scope {
  readonly task: TaskDefinitionInput;
  readonly containers: readonly ContainerDefinition[];
  readonly isFargate: boolean;
  readonly networkMode: string;
}

/** A member of the task definition or container, what is wrong with it, and the fix. */
type Problem = readonly [key: string, problem: string, fix: string];

/**
 * Finds what RegisterTaskDefinition refuses although every key and type is right. Each rule has its source: ECS's own
 * message in public reports, or "must", "only" or "not supported" in the ECS API reference and developer guide. ECS
 * decides everything else.
 */
export function findRegistrationFaults(given: TaskDefinitionInput): Finding[] {
  const task = withoutEmpty(given, []) as TaskDefinitionInput;
  const { containerDefinitions: containers = [], networkMode = "bridge" } = task;
  const isFargate = task.requiresCompatibilities?.includes("FARGATE") ?? false;
  const scope: Scope = { task, containers, isFargate, networkMode };
  const findings = (place: string, problems: Iterable<Problem>) =>
    [...problems].map(([key, problem, fix]): Finding => ({ text: `${place}${key} ${problem}`, fix }));
  return [
    ...[checkTask, checkSize, checkContainers, checkCycles].flatMap((rule) => findings("", rule(scope))),
    ...containers.flatMap((container, index) =>
      [checkContainer, checkPorts, checkRelations, checkLogging, checkHealth, checkOnFargate].flatMap(
        (rule) => findings(`containerDefinitions[${container.name ?? index}].`, rule(container, scope)),
      ),
    ),
  ];
}

/** Returns whether a text has a placeholder, which another check reports, or is a name as ECS accepts it. */
const isName = (text: string) => text.includes("<") || /^[\w-]{1,255}$/.test(text);
const twice = <T>(items: readonly T[]) => new Set(items.filter((each, at) => items.indexOf(each) < at));
/** Returns NaN for a text that is not a size. */
const mebibytesOf = (memory = "none") => Number(inUnits(memory, /^([\d.]+)\s*gb$/i));
const remove = "remove it";

/** Bytes (Amazon ECS service quotas; ECS: "Max allowed length is '65536' bytes."). */
const longestDefinition = 65_536;

/**
 * API reference, RegisterTaskDefinition, EphemeralStorage, Volume and HostVolumeProperties; developer guide, "Task
 * definition differences for Fargate". AWS's own tags do not count.
 */
function* checkTask({ task: { tags = [], ...task }, isFargate }: Scope): Iterable<Problem> {
  const { family = "", volumes = [], ephemeralStorage, pidMode, runtimePlatform } = task;
  const bytes = Buffer.byteLength(JSON.stringify(task));
  const own = tags.filter(({ key = "", value = "" }) => !/^aws:/i.test(key) && !/^aws:/i.test(value));
  const storage = ephemeralStorage?.sizeInGiB ?? 21;
  if (!isName(family)) yield ["family", `"${family}" is not valid`, "use up to 255 letters, digits, - and _"];
  if (bytes > longestDefinition)
    yield [
      "containerDefinitions",
      `has ${bytes} bytes; ECS accepts ${longestDefinition}`,
      "shorten variables",
    ];
  for (const each of tags)
    if (!own.includes(each)) yield ["tags", `has ${each.key}: aws: is AWS's own`, "rename it"];
  if (own.length > 50) yield ["tags", `has ${own.length} tags; ECS accepts 50`, "remove some"];
  if (volumes.filter(({ configuredAtLaunch }) => configuredAtLaunch).length > 1)
    yield ["volumes", "has two that are configured at launch", "keep one of them"];
  if (!isFargate) return;
  if (task.networkMode !== "awsvpc")
    yield ["networkMode", `is ${task.networkMode ?? "absent"} on Fargate`, "set it to awsvpc"];
  for (const key of ["ipcMode", "placementConstraints"] as const)
    if (task[key]) yield [key, "is not supported on Fargate", remove];
  if (pidMode === "host" && !runtimePlatform?.operatingSystemFamily?.startsWith("WINDOWS"))
    yield ["pidMode", "is host on Fargate", "set it to task, or remove it"];
  if (storage < 21 || storage > 200) yield ["ephemeralStorage", `has ${storage} GiB`, "use 21 to 200 GiB"];
  for (const { name, host, dockerVolumeConfiguration } of volumes)
    if (host?.sourcePath || dockerVolumeConfiguration)
      yield [
        "volumes",
        `has ${name} with ${host?.sourcePath ? "a sourcePath" : "Docker"} on Fargate`,
        remove,
      ];
}

const gb = (from: number, to: number, step: number) =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => (from + index * step) * 1024);

/** MiB for each number of CPU units (developer guide, "Task CPU and memory"; 32 vCPU: pulumi/pulumi-awsx#2053). */
const fargateSizes: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: gb(1, 4, 1),
  1024: gb(2, 8, 1),
  2048: gb(4, 16, 1),
  4096: gb(8, 30, 1),
  8192: gb(16, 60, 4),
  16384: gb(32, 120, 8),
  32768: [60 * 1024, 120 * 1024, 244 * 1024],
};

/**
 * ECS: "No Fargate configuration exists for given values", "The sum of all container 'cpu' values cannot be greater
 * than the value of the task 'cpu'."
 */
function* checkSize({ task: { cpu, memory }, containers, isFargate }: Scope): Iterable<Problem> {
  const units = Number(inUnits(cpu ?? "", /^([\d.]+)\s*vcpu$/i));
  const sizes = fargateSizes[units];
  const isSize = sizes?.includes(mebibytesOf(memory)) || `${cpu}${memory}`.includes("<");
  for (const [key, value] of Object.entries({ cpu, memory }))
    if (isFargate && value === undefined)
      yield [key, "is absent, and Fargate needs that of the task", "add it"];
  if (isFargate && cpu && memory && !isSize)
    yield sizes
      ? ["memory", `is ${memory}, which Fargate lacks for cpu ${cpu}`, `use one of ${sizes.join(", ")}`]
      : ["cpu", `is ${cpu}, which Fargate lacks`, `use one of ${Object.keys(fargateSizes).join(", ")}`];
  const sum = containers.reduce((total, container) => total + (container.cpu ?? 0), 0);
  if (cpu && sum > units) yield ["cpu", `is ${cpu}, that of all containers is ${sum}`, "raise it"];
}

/**
 * ECS: "Container names must be unique", "Too many containers.", "Task definition doesn't have any essential
 * container.", "TCP host port '3000' is mapped multiple times in task.", two messages about FireLens of which each asks
 * for the other part, "When you are specifying container secrets, you must also specify a value for
 * 'executionRoleArn'.", and "Fargate requires task definition to have execution role ARN to support" ECR images and the
 * log driver awslogs.
 */
function* checkContainers({ task, containers, isFargate, networkMode }: Scope): Iterable<Problem> {
  const key = "containerDefinitions";
  for (const name of twice(containers.map((each) => each.name)))
    yield [key, `has two containers named ${name}`, "rename one"];
  if (containers.length > 10)
    yield [key, `has ${containers.length} containers; ECS accepts 10`, "split the task"];
  if (containers.every(({ essential }) => essential === false))
    yield [key, "has no essential container", 'set "essential" to true for one'];
  const hostPorts = containers
    .flatMap(({ portMappings = [] }) => portMappings)
    .flatMap(({ containerPort, hostPort, protocol = "tcp" }) => {
      // In bridge mode, a port without host port is free.
      const port = hostPort || (networkMode === "bridge" ? undefined : containerPort);
      return port ? [`${port}/${protocol}`] : [];
    });
  for (const port of twice(hostPorts)) yield [key, `maps the host port ${port} twice`, "use another port"];
  const sender = containers.find(({ logConfiguration }) => logConfiguration?.logDriver === "awsfirelens");
  const router = containers.find(({ firelensConfiguration }) => firelensConfiguration);
  if (sender && !router)
    yield [key, `has no log router for awsfirelens of ${sender.name}`, "add one with firelensConfiguration"];
  if (router && !sender)
    yield [key, `has the router ${router.name}, which no container logs to`, "use awsfirelens"];
  const [need] = containers.flatMap(({ name, image = "", logConfiguration: log, secrets = [] }) => [
    ...(secrets.length > 0 ? [`read the secrets of ${name}`] : []),
    ...(isFargate && log?.logDriver === "awslogs" ? [`write the log of ${name}`] : []),
    ...(isFargate && /^\d{12}\.dkr[.-]ecr[.-]/.test(image) ? [`pull the image of ${name}`] : []),
  ]);
  const fix = "add a role with AmazonECSTaskExecutionRolePolicy";
  if (need && !task.executionRoleArn) yield ["executionRoleArn", `is absent, and needed to ${need}`, fix];
}

/** ECS: "Container links should not have a cycle". */
function* checkCycles({ containers }: Scope): Iterable<Problem> {
  const next = {
    links: ({ links = [] }: ContainerDefinition) => links.map((link) => link.split(":")[0]),
    dependsOn: ({ dependsOn = [] }: ContainerDefinition) => dependsOn.map((each) => each.containerName),
  };
  for (const [key, edges] of Object.entries(next)) {
    let left = containers;
    const hasEdge = (from: ContainerDefinition, to: ContainerDefinition) => edges(from).includes(to.name);
    // A container that waits for none of the others, or that none waits for, is not in a circle.
    const inside = () =>
      left.filter((each) => left.some((to) => hasEdge(each, to)) && left.some((from) => hasEdge(from, each)));
    for (let less = inside(); less.length < left.length; less = inside()) left = less;
    const names = left.map(({ name }) => name).join(", ");
    if (left.length > 0)
      yield ["containerDefinitions", `has a circle of ${key}: ${names}`, `remove one ${key}`];
  }
}

/**
 * ECS: "Container.name contains invalid characters.", "Container.image should not be null or empty.", "At least one of
 * 'memory' or 'memoryReservation' must be specified.", "… is greater than for the task.", "Duplicate secret names
 * found", "The secret name must be unique and not shared with … environment variables".
 */
function* checkContainer(container: ContainerDefinition, { task, isFargate }: Scope): Iterable<Problem> {
  const { name = "", image, memory, memoryReservation, secrets = [], environment = [] } = container;
  const secretNames = secrets.map((each) => each.name);
  if (!isName(name)) yield ["name", "is not valid", "use letters, digits, - and _"];
  if (image === undefined) yield ["image", "is absent", "set it"];
  if (!isFargate && !task.memory && !memory && !memoryReservation)
    yield ["memory", "is absent", "set it, or that of the task"];
  if (memory && memoryReservation && memory < memoryReservation)
    yield ["memory", `is ${memory}, less than memoryReservation`, `use at least ${memoryReservation}`];
  if ((memory ?? memoryReservation ?? 0) > mebibytesOf(task.memory))
    yield ["memory", `is above the task's ${task.memory}`, "lower it, or raise the task's"];
  for (const each of twice(secretNames)) yield ["secrets", `has ${each} twice`, "remove one"];
  for (const each of new Set(secretNames))
    if (environment.some((variable) => variable.name === each))
      yield ["secrets", `has ${each}, which is also in environment`, "remove one of them"];
}

/**
 * ECS: "Invalid 'containerPort' setting", "the host ports and container ports in port mappings must match", "Links are
 * not supported when networkMode=awsvpc.", and the same of hostname; API reference, extraHosts.
 */
function* checkPorts(container: ContainerDefinition, { networkMode }: Scope): Iterable<Problem> {
  const fix = "remove it; containers of a task reach each other on localhost";
  for (const { containerPort = 0, containerPortRange, hostPort } of container.portMappings ?? []) {
    if (networkMode === "none")
      yield ["portMappings", "are not possible with networkMode none", "remove them"];
    if (!containerPortRange && !(containerPort > 0 && containerPort < 65_536))
      yield ["portMappings", `has no containerPort, or ${containerPort}`, "use a port from 1 to 65535"];
    if (networkMode !== "bridge" && hostPort && containerPort && hostPort !== containerPort)
      yield ["portMappings", `maps ${containerPort} to the host port ${hostPort}`, "remove hostPort"];
  }
  if (container.links && networkMode !== "bridge")
    yield ["links", `are not possible with ${networkMode}`, fix];
  for (const key of ["hostname", "extraHosts"] as const)
    if (container[key] && networkMode === "awsvpc") yield [key, "is not possible with awsvpc", fix];
}

/**
 * API reference, ContainerDependency. ECS: "Cannot depend on container", "A dependency container with SUCCESS or
 * COMPLETE condition cannot be an essential container", "Unknown volume", "Invalid 'volumesFrom' setting".
 */
function* checkRelations(container: ContainerDefinition, { task, containers }: Scope): Iterable<Problem> {
  const find = (name: string | undefined) => containers.find((each) => each.name === name);
  const absent = (name = "") => `names ${name}, which does not exist`;
  for (const { containerName: name, condition = "" } of container.dependsOn ?? []) {
    const other = find(name);
    if (!other) yield ["dependsOn", absent(name), "correct the name"];
    if (other && !other.healthCheck && condition === "HEALTHY")
      yield ["dependsOn", `waits for HEALTHY of ${name}, which has no health check`, "add one to it"];
    if (other && other.essential !== false && ["COMPLETE", "SUCCESS"].includes(condition))
      yield ["dependsOn", `waits for the end of ${name}`, `set "essential" of ${name} to false`];
  }
  for (const { sourceVolume } of container.mountPoints ?? [])
    if (!task.volumes?.some(({ name }) => name === sourceVolume))
      yield ["mountPoints", absent(sourceVolume), "add it to volumes"];
  for (const { sourceContainer } of container.volumesFrom ?? [])
    if (!find(sourceContainer)) yield ["volumesFrom", absent(sourceContainer), "correct it"];
}

/** ECS: "Log driver awslogs requires options: awslogs-region, awslogs-group"; API reference, LogConfiguration. */
function* checkLogging({ logConfiguration }: ContainerDefinition, { isFargate }: Scope): Iterable<Problem> {
  if (!logConfiguration) return;
  const { logDriver, options = {} } = logConfiguration;
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
  for (const key of notOnFargate) if (container[key]) yield [key, "is not supported on Fargate", remove];
  for (const key of linuxNotOnFargate)
    if (linuxParameters[key] !== undefined) yield ["linuxParameters", `has ${key} on Fargate`, remove];
  for (const name of linuxParameters.capabilities?.add ?? [])
    if (name !== "SYS_PTRACE")
      yield ["linuxParameters", `adds ${name}; Fargate adds SYS_PTRACE only`, remove];
  if (resourceRequirements.some(({ type }) => type === "GPU"))
    yield ["resourceRequirements", "has a GPU, which Fargate does not have", remove];
  for (const key of ["startTimeout", "stopTimeout"] as const)
    if ((container[key] ?? 0) > 120)
      yield [key, `is ${container[key]} on Fargate`, "use at most 120 seconds"];
}
