import {
  containerRules,
  isOpen,
  mebibytesOf,
  type Problem,
  type RuleFault,
  type Scope,
} from "./container-rules.ts";
import type { TaskDefinitionInput } from "./task-definition.ts";
import { inUnits } from "./task-definition-diff.ts";
import { withoutEmpty } from "./task-definition-faults.ts";

/**
 * Finds what RegisterTaskDefinition refuses although every key and type is right. Each rule has its source: ECS's own
 * message in public reports, or "must", "only" or "not supported" in the ECS API reference and developer guide. ECS
 * decides everything else.
 */
export function findRegistrationFaults(given: TaskDefinitionInput): RuleFault[] {
  const definition = withoutEmpty(given, []) as TaskDefinitionInput;
  const containers = definition.containerDefinitions ?? [];
  const isFargate = definition.requiresCompatibilities?.includes("FARGATE") ?? false;
  const scope: Scope = { definition, containers, isFargate };
  const ofTask = taskRules.flatMap((rule) =>
    [...rule(scope)].map(([key, problem, fix]) => ({ keys: [key], text: `${key} ${problem}`, fix })),
  );
  const ofContainers = containers.flatMap((container, index) =>
    containerRules.flatMap((rule) =>
      [...rule(container, scope)].map(([key, problem, fix]) => ({
        keys: ["containerDefinitions", index, key],
        text: `containerDefinitions[${container.name ?? index}].${key} ${problem}`,
        fix,
      })),
    ),
  );
  return [...ofTask, ...ofContainers];
}

const taskRules = [
  checkTask,
  checkExecutionRole,
  checkFargate,
  checkSize,
  checkVolumes,
  checkContainers,
  checkHostPorts,
  checkCycles,
];

/** Bytes (Amazon ECS service quotas; ECS: "Max allowed length is '65536' bytes."). */
const longestDefinition = 65_536;

/** API reference, RegisterTaskDefinition: family and tags, of which those of AWS do not count. */
function* checkTask({ definition: { tags = [], ...definition } }: Scope): Iterable<Problem> {
  const { family = "" } = definition;
  const bytes = Buffer.byteLength(JSON.stringify(definition));
  if (!isOpen(family) && !/^[\w-]{1,255}$/.test(family))
    yield ["family", `"${family}" is not valid`, "use up to 255 letters, digits, - and _"];
  if (bytes > longestDefinition)
    yield [
      "containerDefinitions",
      `has ${bytes} bytes; ECS accepts ${longestDefinition}`,
      "shorten variables",
    ];
  for (const { key = "", value = "" } of tags)
    if (/^aws:/i.test(key) || /^aws:/i.test(value))
      yield ["tags", `has ${key}: aws: is AWS's own`, "rename it"];
  const own = tags.filter(({ key = "" }) => !/^aws:/i.test(key));
  if (own.length > 50) yield ["tags", `has ${own.length} tags; ECS accepts 50`, "remove some"];
}

/**
 * ECS: "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.", "Fargate
 * requires task definition to have execution role ARN to support" ECR images and the log driver awslogs.
 */
function* checkExecutionRole({ definition, containers, isFargate }: Scope): Iterable<Problem> {
  const needs = containers.flatMap(({ name, image = "", logConfiguration, secrets = [] }) => [
    ...(secrets.length > 0 ? [`read the secrets of ${name}`] : []),
    ...(isFargate && logConfiguration?.logDriver === "awslogs" ? [`write the log of ${name}`] : []),
    ...(isFargate && /^\d{12}\.dkr[.-]ecr[.-]/.test(image) ? [`pull the image of ${name}`] : []),
  ]);
  if (needs[0] && !definition.executionRoleArn)
    yield [
      "executionRoleArn",
      `is absent, and needed to ${needs[0]}`,
      "add a role with AmazonECSTaskExecutionRolePolicy",
    ];
}

/** Developer guide, "Task definition differences for Fargate"; API reference, EphemeralStorage. */
function* checkFargate({ definition, isFargate }: Scope): Iterable<Problem> {
  if (!isFargate) return;
  const { networkMode, ephemeralStorage, pidMode, runtimePlatform } = definition;
  const storage = ephemeralStorage?.sizeInGiB ?? 21;
  if (networkMode !== "awsvpc")
    yield ["networkMode", `is ${networkMode ?? "absent"} on Fargate`, "set it to awsvpc"];
  for (const key of ["ipcMode", "placementConstraints"] as const)
    if (definition[key]) yield [key, "is not supported on Fargate", "remove it"];
  if (pidMode === "host" && !runtimePlatform?.operatingSystemFamily?.startsWith("WINDOWS"))
    yield ["pidMode", "is host on Fargate", "set it to task, or remove it"];
  if (storage < 21 || storage > 200) yield ["ephemeralStorage", `has ${storage} GiB`, "use 21 to 200 GiB"];
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
function* checkSize({ definition: { cpu, memory }, containers, isFargate }: Scope): Iterable<Problem> {
  const units = Number(inUnits(cpu ?? "", /^([\d.]+)\s*vcpu$/i));
  const sizes = fargateSizes[units];
  const isSize = sizes?.includes(mebibytesOf(memory));
  if (isFargate && cpu === undefined)
    yield ["cpu", "is absent, and Fargate needs that of the task", "add it"];
  if (isFargate && memory === undefined)
    yield ["memory", "is absent, and Fargate needs that of the task", "add it"];
  if (isFargate && cpu && memory && !isSize && !isOpen(cpu) && !isOpen(memory))
    yield sizes
      ? ["memory", `is ${memory}, which Fargate lacks for cpu ${cpu}`, `use one of ${sizes.join(", ")}`]
      : ["cpu", `is ${cpu}, which Fargate lacks`, `use one of ${Object.keys(fargateSizes).join(", ")}`];
  const sum = containers.reduce((total, container) => total + (container.cpu ?? 0), 0);
  if (cpu && sum > units) yield ["cpu", `is ${cpu}, that of all containers is ${sum}`, "raise it"];
}

/** API reference, Volume and HostVolumeProperties. */
function* checkVolumes({ definition: { volumes = [] }, isFargate }: Scope): Iterable<Problem> {
  for (const { name, host, dockerVolumeConfiguration } of volumes) {
    if (isFargate && host?.sourcePath)
      yield ["volumes", `has ${name} with a sourcePath on Fargate`, "remove it"];
    if (isFargate && dockerVolumeConfiguration)
      yield ["volumes", `has the Docker volume ${name} on Fargate`, "remove it"];
  }
  if (volumes.filter(({ configuredAtLaunch }) => configuredAtLaunch).length > 1)
    yield ["volumes", "has two that are configured at launch", "keep one of them"];
}

/**
 * ECS: "Container names must be unique", "Too many containers.", "Task definition doesn't have any essential
 * container.", and two messages about FireLens of which each asks for the other part.
 */
function* checkContainers({ containers }: Scope): Iterable<Problem> {
  const key = "containerDefinitions";
  const names = containers.map(({ name }) => name);
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) < index)))
    yield [key, `has two containers named ${name}`, "rename one"];
  if (containers.length > 10)
    yield [key, `has ${containers.length} containers; ECS accepts 10`, "split the task"];
  if (containers.every(({ essential }) => essential === false))
    yield [key, "has no essential container", 'set "essential" to true for one'];
  const sender = containers.find(({ logConfiguration }) => logConfiguration?.logDriver === "awsfirelens");
  const router = containers.find(({ firelensConfiguration }) => firelensConfiguration);
  if (sender && !router)
    yield [
      key,
      `has no log router, which awsfirelens of ${sender.name} needs`,
      "add one with firelensConfiguration",
    ];
  if (router && !sender)
    yield [key, `has the router ${router.name}, which no container logs to`, "use awsfirelens"];
}

/** ECS: "TCP host port '3000' is mapped multiple times in task." In bridge mode, a port without host port is free. */
function* checkHostPorts({ definition: { networkMode = "bridge" }, containers }: Scope): Iterable<Problem> {
  const mappings = containers.flatMap(({ portMappings = [] }) => portMappings);
  const ports = mappings.flatMap(({ containerPort, hostPort, protocol = "tcp" }) => {
    const port = hostPort || (networkMode === "bridge" ? undefined : containerPort);
    return port ? [`${port}/${protocol}`] : [];
  });
  for (const port of new Set(ports.filter((each, index) => ports.indexOf(each) < index)))
    yield ["containerDefinitions", `maps the host port ${port} twice`, "use another port"];
}

/** ECS: "Container links should not have a cycle". */
function* checkCycles({ containers }: Scope): Iterable<Problem> {
  const links = containers.map((each) => [each.name, each.links?.map((link) => link.split(":")[0])] as const);
  const waits = containers.map((each) => [each.name, each.dependsOn?.map((on) => on.containerName)] as const);
  for (const [key, edges] of Object.entries({ links, dependsOn: waits })) {
    const left = new Map(edges.map(([name, next = []]) => [name, next]));
    // A container that waits for none of the others, or that none waits for, is not in a circle.
    const isWanted = (name: string | undefined) => [...left.values()].some((next) => next.includes(name));
    const removable = () =>
      [...left].find(([name, next]) => !isWanted(name) || !next.some((each) => left.has(each)))?.[0];
    for (let name = removable(); name !== undefined; name = removable()) left.delete(name);
    const names = [...left.keys()].join(", ");
    if (names) yield ["containerDefinitions", `has a circle of ${key}: ${names}`, `remove one ${key}`];
  }
}
