import { parseDocument } from "yaml";
import { AwsError } from "../../kit/errors.ts";

/** Content of an AppSpec for ECS. Source: "AppSpec 'resources' section", CodeDeploy user guide. */
export interface AppSpec {
  readonly taskDefinition: string;
  readonly containerName: string;
  readonly containerPort: number;
  readonly platformVersion?: string;
  readonly network?: {
    subnets: string[];
    securityGroups?: string[];
    assignPublicIp?: "ENABLED" | "DISABLED";
  };
  readonly hooks: Hooks;
  readonly capacityProviders?: { capacityProvider: string; base?: number; weight?: number }[];
}

/** JSON or YAML (JSON is YAML), keys in any case, as CodeDeploy takes them. Throws InvalidRevisionException. */
export function parseAppSpec(content: string): AppSpec {
  const spec = parseText(content);
  refuseUnknown(spec, "the AppSpec", ["version", "Resources", "Hooks"]);
  if (Number(pick(spec, "version")) !== 0 || pick(spec, "version") === undefined)
    throw invalid(`version must be 0.0, not ${pick(spec, "version")}.`);
  const hooks = parseHooks(pick(spec, "Hooks"));
  const resources = pick(spec, "Resources");
  if (!Array.isArray(resources) || resources.length !== 1)
    throw invalid("Resources must be a list of exactly one resource.");
  const [[name, resource] = ["", undefined], ...others] = Object.entries(
    recordOf(resources[0], "Resources[0]"),
  );
  if (others.length > 0) throw invalid("Resources[0] must hold exactly one resource, usually TargetService.");
  const service = recordOf(resource, name);
  refuseUnknown(service, name, ["Type", "Properties"]);
  if (pick(service, "Type") !== "AWS::ECS::Service")
    throw invalid(`${name}.Type must be AWS::ECS::Service, not ${pick(service, "Type")}.`);
  return { ...parseProperties(recordOf(pick(service, "Properties"), `${name}.Properties`)), hooks };
}

type Fields = Record<string, unknown>;

function parseProperties(properties: Fields): Omit<AppSpec, "hooks"> {
  refuseUnknown(properties, "Properties", [
    "TaskDefinition",
    "LoadBalancerInfo",
    "PlatformVersion",
    "NetworkConfiguration",
    "CapacityProviderStrategy",
  ]);
  const taskDefinition = stringOf(pick(properties, "TaskDefinition"), "Properties.TaskDefinition");
  if (!/^arn:aws:ecs:[a-z0-9-]+:\d{12}:task-definition\/[\w-]+:\d+$/.test(taskDefinition))
    throw invalid(
      `Properties.TaskDefinition must be the ARN of a task definition, with its revision, not ${taskDefinition}.`,
    );
  const loadBalancer = recordOf(pick(properties, "LoadBalancerInfo"), "Properties.LoadBalancerInfo");
  refuseUnknown(loadBalancer, "LoadBalancerInfo", ["ContainerName", "ContainerPort"]);
  const containerPort = Number(pick(loadBalancer, "ContainerPort"));
  if (!Number.isInteger(containerPort) || containerPort < 1 || containerPort > 65_535)
    throw invalid(
      `LoadBalancerInfo.ContainerPort must be a port, not ${pick(loadBalancer, "ContainerPort")}.`,
    );
  const platformVersion = pick(properties, "PlatformVersion");
  const network = pick(properties, "NetworkConfiguration");
  const providers = pick(properties, "CapacityProviderStrategy");
  return {
    taskDefinition,
    containerName: stringOf(pick(loadBalancer, "ContainerName"), "LoadBalancerInfo.ContainerName"),
    containerPort,
    ...(platformVersion === undefined
      ? {}
      : { platformVersion: stringOf(platformVersion, "Properties.PlatformVersion") }),
    ...(network === undefined ? {} : { network: parseNetwork(network) }),
    ...(providers === undefined ? {} : { capacityProviders: parseProviders(providers) }),
  };
}

function parseNetwork(value: unknown): NonNullable<AppSpec["network"]> {
  const outer = recordOf(value, "NetworkConfiguration");
  refuseUnknown(outer, "NetworkConfiguration", ["AwsvpcConfiguration"]);
  const awsvpc = recordOf(pick(outer, "AwsvpcConfiguration"), "AwsvpcConfiguration");
  refuseUnknown(awsvpc, "AwsvpcConfiguration", ["Subnets", "SecurityGroups", "AssignPublicIp"]);
  const assign = pick(awsvpc, "AssignPublicIp");
  if (assign !== undefined && assign !== "ENABLED" && assign !== "DISABLED")
    throw invalid(`AwsvpcConfiguration.AssignPublicIp must be ENABLED or DISABLED, not ${assign}.`);
  const groups = pick(awsvpc, "SecurityGroups");
  return {
    subnets: stringsOf(pick(awsvpc, "Subnets"), "AwsvpcConfiguration.Subnets"),
    ...(groups === undefined
      ? {}
      : { securityGroups: stringsOf(groups, "AwsvpcConfiguration.SecurityGroups") }),
    ...(assign === undefined ? {} : { assignPublicIp: assign }),
  };
}

function parseProviders(value: unknown): NonNullable<AppSpec["capacityProviders"]> {
  if (!Array.isArray(value)) throw invalid("CapacityProviderStrategy must be a list.");
  return value.map((item, index) => {
    const place = `CapacityProviderStrategy[${index}]`;
    const fields = recordOf(item, place);
    refuseUnknown(fields, place, ["CapacityProvider", "Base", "Weight"]);
    return {
      capacityProvider: stringOf(pick(fields, "CapacityProvider"), `${place}.CapacityProvider`),
      base: Number(pick(fields, "Base") ?? 0),
      weight: Number(pick(fields, "Weight") ?? 0),
    };
  });
}

function parseText(content: string): Fields {
  const document = parseDocument(content);
  const [problem] = document.errors;
  if (problem) throw invalid(`it is neither JSON nor YAML: ${problem.message}`);
  return recordOf(document.toJS(), "the AppSpec");
}

function pick(record: Fields, name: string): unknown {
  const key = Object.keys(record).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : record[key];
}

function refuseUnknown(record: Fields, place: string, known: readonly string[]): void {
  const names = known.map((name) => name.toLowerCase());
  const unknown = Object.keys(record).find((key) => !names.includes(key.toLowerCase()));
  if (unknown !== undefined)
    throw invalid(`${place} has the unknown key ${unknown}; known: ${known.join(", ")}.`);
}

function stringOf(value: unknown, place: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(`${place} must be a string.`);
}

function stringsOf(value: unknown, place: string): string[] {
  if (Array.isArray(value) && value.length > 0) return value.map((item) => stringOf(item, place));
  throw invalid(`${place} must be a list of strings.`);
}

function recordOf(value: unknown, place: string): Fields {
  if (isRecord(value)) return value;
  throw invalid(`${place} must be a mapping.`);
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidRevisionException", `The AppSpec is not valid: ${message}`);
}

/** Events at which a deployment to ECS calls functions ("AppSpec 'hooks' section for an Amazon ECS deployment"). */
const hookNames = [
  "BeforeInstall",
  "AfterInstall",
  "AfterAllowTestTraffic",
  "BeforeAllowTraffic",
  "AfterAllowTraffic",
] as const;

export type HookName = (typeof hookNames)[number];

/** Name or ARN of the Lambda function that is called at each event. */
type Hooks = Readonly<Partial<Record<HookName, string>>>;

/** `Hooks` of an AppSpec: a list of mappings from event to function. Throws InvalidRevisionException. */
function parseHooks(value: unknown): Hooks {
  const hooks: Partial<Record<HookName, string>> = {};
  for (const [index, item] of listOf(value).entries())
    for (const [event, target] of entriesOf(item, `Hooks[${index}]`)) {
      const name = hookNames.find((each) => each.toLowerCase() === event.toLowerCase());
      if (!name) throw invalid(`Hooks has the unknown event ${event}; known: ${hookNames.join(", ")}.`);
      if (name in hooks) throw invalid(`Hooks names ${name} twice.`);
      if (typeof target !== "string" || target === "")
        throw invalid(`Hooks.${name} must be the name or the ARN of a Lambda function.`);
      hooks[name] = target;
    }
  return hooks;
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw invalid("Hooks must be a list.");
}

function entriesOf(value: unknown, place: string): [string, unknown][] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw invalid(`${place} must be a mapping.`);
}
