import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";

type Definition = RegisterTaskDefinitionCommandInput;

/**
 * Returns ECS's messages about settings that contradict each other; none for a task definition that ECS accepts. Its
 * own words where public reports quote them: amazon-ecs-cli#501, amazon-ecs-agent#1220, boto3#2436, hako#54, #68 and
 * #99, dagster#6926 and #11622, aws-ecs-orb#210, ecs-deplojo#26, ecs-deploy#164, terraform-aws-ecs-fargate#2,
 * aws-cdk#1553, pulumi-awsx#188. The others: API reference.
 */
export function messagesAbout(definition: Definition): string[] {
  const containers = definition.containerDefinitions ?? [];
  const isFargate = definition.requiresCompatibilities?.includes("FARGATE") ?? false;
  return [
    ...aboutTask(definition, containers),
    ...(isFargate ? aboutFargate(definition, containers) : []),
    ...aboutPorts(definition, containers),
    ...containers.flatMap((container) => [
      ...aboutContainer(container, definition),
      ...aboutNames(container, containers, definition),
    ]),
  ];
}

/** Messages by whether they apply. */
function chosen(messages: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(messages).flatMap(([message, applies]) => (applies ? [message] : []));
}

function aboutTask({ tags = [] }: Definition, containers: readonly ContainerDefinition[]): string[] {
  const names = new Set(containers.map(({ name }) => name));
  const sends = containers.some(({ logConfiguration }) => logConfiguration?.logDriver === "awsfirelens");
  const routes = containers.some(({ firelensConfiguration }) => firelensConfiguration);
  return chosen({
    "Container list cannot be empty.": containers.length === 0,
    "Too many containers.": containers.length > 10,
    "Container names must be unique within a Task Definition.": names.size < containers.length,
    // Containers are essential by default.
    "Task definition doesn't have any essential container.": containers.every(
      (each) => each.essential === false,
    ),
    "When awsfirelens log driver is specified in log configuration, a firelens configuration object must be configured in one of the containers.":
      sends && !routes,
    "When a firelensConfiguration object is specified, at least one container has to be configured with the awsfirelens log driver.":
      routes && !sends,
    "Tags must not begin with aws:, which is reserved for AWS use.": tags.some(({ key = "", value = "" }) =>
      [key, value].some((text) => text.toLowerCase().startsWith("aws:")),
    ),
    "Container links should not have a cycle": hasCycle(containers, ({ links = [] }) =>
      links.map((link) => link.replace(/:.*/, "")),
    ),
    "Container dependencies should not have a cycle": hasCycle(containers, ({ dependsOn = [] }) =>
      dependsOn.map(({ containerName = "" }) => containerName),
    ),
  });
}

/** Follows each container's edges to their ends. */
function hasCycle(
  containers: readonly ContainerDefinition[],
  edges: (container: ContainerDefinition) => readonly string[],
): boolean {
  const reaches = (name: string, path: readonly string[]): boolean => {
    const container = containers.find((each) => each.name === name);
    if (path.includes(name) || !container) return path.includes(name);
    return edges(container).some((next) => reaches(next, [...path, name]));
  };
  return containers.some(({ name = "" }) => reaches(name, []));
}

/** "Task definition differences for Fargate", developer guide. */
function aboutFargate(definition: Definition, containers: readonly ContainerDefinition[]): string[] {
  const { volumes = [], ephemeralStorage, ipcMode, pidMode, placementConstraints = [] } = definition;
  const of = (key: keyof ContainerDefinition) => containers.some((container) => isSet(container[key]));
  const unsupported = [
    "privileged",
    "disableNetworking",
    "dnsServers",
    "dnsSearchDomains",
    "dockerSecurityOptions",
  ] as const satisfies readonly (keyof ContainerDefinition)[];
  return [
    ...unsupported.filter(of).map((key) => `Fargate compatible task definitions do not support ${key}.`),
    ...chosen({
      "Tasks using the Fargate launch type do not support ipcMode.": ipcMode,
      "Fargate compatible task definitions do not support the pidMode host.": pidMode === "host",
      "Fargate compatible task definitions do not support placementConstraints.":
        placementConstraints.length > 0,
      "Fargate compatible task definitions do not support GPU.": containers.some(
        ({ resourceRequirements = [] }) => resourceRequirements.some(({ type }) => type === "GPU"),
      ),
      "host.sourcePath should not be set for volumes in Fargate.": volumes.some(
        (volume) => volume.host?.sourcePath,
      ),
      "Fargate compatible task definitions do not support dockerVolumeConfiguration.": volumes.some(
        (volume) => volume.dockerVolumeConfiguration,
      ),
      "The size of the ephemeral storage must be between 21 and 200 GiB.":
        ephemeralStorage &&
        !((ephemeralStorage.sizeInGiB ?? 0) >= 21 && (ephemeralStorage.sizeInGiB ?? 0) <= 200),
    }),
  ];
}

/** Containers of a network share its ports; in bridge mode, only a fixed host port is taken. */
function aboutPorts({ networkMode }: Definition, containers: readonly ContainerDefinition[]): string[] {
  const used = new Set<string>();
  const isBridge = networkMode === undefined || networkMode === "bridge";
  return containers.flatMap(({ name, portMappings = [] }) =>
    portMappings.flatMap(({ containerPort = 0, hostPort, protocol = "tcp", containerPortRange }) => {
      if (!containerPortRange && (containerPort < 1 || containerPort > 65_535))
        return [`Invalid 'containerPort' setting for container '${name}'.`];
      const port = isBridge ? hostPort : containerPort;
      const isTaken = used.has(`${port}/${protocol}`);
      if (port) used.add(`${port}/${protocol}`);
      return chosen({
        [`${protocol.toUpperCase()} host port '${port}' is mapped multiple times in task.`]: isTaken,
        "When networkMode=awsvpc, the host ports and container ports in port mappings must match.":
          !isBridge && hostPort && hostPort !== containerPort,
      });
    }),
  );
}

function aboutContainer(container: ContainerDefinition, { networkMode, ...task }: Definition): string[] {
  const isFargate = task.requiresCompatibilities?.includes("FARGATE");
  const { name, memory, memoryReservation, links, hostname } = container;
  const isBridge = networkMode === undefined || networkMode === "bridge";
  return chosen({
    [`Links are not supported when networkMode=${networkMode}.`]: isSet(links) && !isBridge,
    "hostname is not supported on container when networkMode=awsvpc.": hostname && networkMode === "awsvpc",
    "Extra hosts are not supported when networkMode=awsvpc.":
      isSet(container.extraHosts) && networkMode === "awsvpc",
    [`Invalid setting for container '${name}'. At least one of 'memory' or 'memoryReservation' must be specified.`]:
      !isFargate && !memory && !memoryReservation && !task.memory,
    [`Invalid setting for container '${name}'. 'memory' must not be less than 'memoryReservation'.`]:
      memory && memoryReservation && memory < memoryReservation,
  });
}

/** References to other parts of the task definition, and names of variables. */
function aboutNames(
  { dependsOn = [], mountPoints = [], volumesFrom = [], secrets = [], environment = [] }: ContainerDefinition,
  containers: readonly ContainerDefinition[],
  { volumes = [] }: Definition,
): string[] {
  const find = (name: string | undefined) => containers.find((each) => each.name === name);
  const secretNames = secrets.map(({ name }) => name);
  const twice = secretNames.find((name, index) => secretNames.indexOf(name) < index);
  const shared = secretNames.find((name) => environment.some((variable) => variable.name === name));
  return [
    ...dependsOn.flatMap(({ containerName, condition }) => {
      const other = find(containerName);
      return chosen({
        [`Cannot depend on container + '${containerName}' because it does not exist`]: !other,
        "A dependency container with HEALTHY condition must have a health check":
          other && condition === "HEALTHY" && !other.healthCheck,
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container":
          other && (condition === "SUCCESS" || condition === "COMPLETE") && other.essential !== false,
      });
    }),
    ...mountPoints
      .filter(({ sourceVolume }) => !volumes.some(({ name }) => name === sourceVolume))
      .map(({ sourceVolume = null }) => `Unknown volume '${sourceVolume}'.`),
    ...volumesFrom
      .filter(({ sourceContainer }) => !find(sourceContainer))
      .map(
        ({ sourceContainer }) => `Invalid 'volumesFrom' setting. Unknown container: '${sourceContainer}'.`,
      ),
    ...chosen({
      [`Duplicate secret names found: ${twice}. Each secret name must be unique.`]: twice,
      [`The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${shared}'.`]:
        shared,
    }),
  ];
}

/** Returns whether a setting has an effect: tools send empty lists and false for unused ones. */
export function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}
