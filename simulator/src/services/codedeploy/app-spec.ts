import type { AwsVpcConfiguration, CapacityProviderStrategyItem } from "@aws-sdk/client-ecs";
import { parseDocument } from "yaml";
import { AwsError } from "../../kit/errors.ts";

/** Content of an AppSpec for ECS. Source: "AppSpec 'resources' section", CodeDeploy user guide. */
export interface AppSpec {
  readonly taskDefinition: string;
  readonly containerName: string;
  readonly containerPort: number;
  readonly platformVersion: string | undefined;
  readonly network: AwsVpcConfiguration | undefined;
  readonly hooks: Hooks;
  readonly capacityProviders: CapacityProviderStrategyItem[] | undefined;
}

/** JSON or YAML (JSON is YAML), keys in any case, as CodeDeploy takes them. Throws InvalidRevisionException. */
export function parseAppSpec(content: string): AppSpec {
  const document = parseDocument(content);
  const [problem] = document.errors;
  if (problem) throw invalid(`it is neither JSON nor YAML: ${problem.message}`);
  const spec = fieldsOf(document.toJS(), "the AppSpec", ["version", "Resources", "Hooks"]);
  if (Number(spec.version) !== 0 || spec.version === undefined)
    throw invalid(`version must be 0.0, not ${spec.version}.`);
  const hooks = parseHooks(spec.Hooks);
  if (!Array.isArray(spec.Resources) || spec.Resources.length !== 1)
    throw invalid("Resources must be a list of exactly one resource.");
  const [[name, resource] = ["", undefined], ...others] = entriesOf(spec.Resources[0], "Resources[0]");
  if (others.length > 0) throw invalid("Resources[0] must hold exactly one resource, usually TargetService.");
  const { Type, Properties } = fieldsOf(resource, name, ["Type", "Properties"]);
  if (Type !== "AWS::ECS::Service") throw invalid(`${name}.Type must be AWS::ECS::Service, not ${Type}.`);
  return { ...parseProperties(Properties), hooks };
}

function parseProperties(value: unknown): Omit<AppSpec, "hooks"> {
  const properties = fieldsOf(value, "Properties", [
    "TaskDefinition",
    "LoadBalancerInfo",
    "PlatformVersion",
    "NetworkConfiguration",
    "CapacityProviderStrategy",
  ]);
  const taskDefinition = stringOf(properties.TaskDefinition, "Properties.TaskDefinition");
  if (!/^arn:aws:ecs:[a-z0-9-]+:\d{12}:task-definition\/[\w-]+:\d+$/.test(taskDefinition))
    throw invalid(
      `Properties.TaskDefinition must be the ARN of a task definition, with its revision, not ${taskDefinition}.`,
    );
  const { ContainerName, ContainerPort } = fieldsOf(properties.LoadBalancerInfo, "LoadBalancerInfo", [
    "ContainerName",
    "ContainerPort",
  ]);
  const containerPort = Number(ContainerPort);
  if (!Number.isInteger(containerPort) || containerPort < 1 || containerPort > 65_535)
    throw invalid(`LoadBalancerInfo.ContainerPort must be a port, not ${ContainerPort}.`);
  return {
    taskDefinition,
    containerName: stringOf(ContainerName, "LoadBalancerInfo.ContainerName"),
    containerPort,
    platformVersion: optional(properties.PlatformVersion, "Properties.PlatformVersion", stringOf),
    network: optional(properties.NetworkConfiguration, "NetworkConfiguration", parseNetwork),
    capacityProviders: optional(
      properties.CapacityProviderStrategy,
      "CapacityProviderStrategy",
      parseProviders,
    ),
  };
}

function parseNetwork(value: unknown, place: string): AwsVpcConfiguration {
  const { AwsvpcConfiguration } = fieldsOf(value, place, ["AwsvpcConfiguration"]);
  const names = ["Subnets", "SecurityGroups", "AssignPublicIp"] as const;
  const {
    Subnets,
    SecurityGroups,
    AssignPublicIp: assignPublicIp,
  } = fieldsOf(AwsvpcConfiguration, "AwsvpcConfiguration", names);
  if (assignPublicIp !== undefined && assignPublicIp !== "ENABLED" && assignPublicIp !== "DISABLED")
    throw invalid(`AwsvpcConfiguration.AssignPublicIp must be ENABLED or DISABLED, not ${assignPublicIp}.`);
  return {
    subnets: stringsOf(Subnets, "AwsvpcConfiguration.Subnets"),
    securityGroups: optional(SecurityGroups, "AwsvpcConfiguration.SecurityGroups", stringsOf),
    assignPublicIp,
  };
}

function parseProviders(value: unknown, place: string): CapacityProviderStrategyItem[] {
  return listOf(value, place).map((item, index) => {
    const names = ["CapacityProvider", "Base", "Weight"] as const;
    const { CapacityProvider, Base = 0, Weight = 0 } = fieldsOf(item, `${place}[${index}]`, names);
    const capacityProvider = stringOf(CapacityProvider, `${place}[${index}].CapacityProvider`);
    return { capacityProvider, base: Number(Base), weight: Number(Weight) };
  });
}

function optional<Value>(
  value: unknown,
  place: string,
  parse: (value: unknown, place: string) => Value,
): Value | undefined {
  return value === undefined ? undefined : parse(value, place);
}

/** Returns the members of a mapping by their documented names; refuses others. */
function fieldsOf<Name extends string>(
  value: unknown,
  place: string,
  names: readonly Name[],
): Partial<Record<Name, unknown>> {
  const fields: Partial<Record<Name, unknown>> = {};
  for (const [key, content] of entriesOf(value, place)) {
    const name = names.find((each) => each.toLowerCase() === key.toLowerCase());
    if (name === undefined) throw invalid(`${place} has the unknown key ${key}; known: ${names.join(", ")}.`);
    fields[name] = content;
  }
  return fields;
}

function stringOf(value: unknown, place: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(`${place} must be a string.`);
}

function stringsOf(value: unknown, place: string): string[] {
  if (Array.isArray(value) && value.length > 0) return value.map((item) => stringOf(item, place));
  throw invalid(`${place} must be a list of strings.`);
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
  for (const [index, item] of listOf(value ?? [], "Hooks").entries())
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

function listOf(value: unknown, place: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(`${place} must be a list.`);
}

function entriesOf(value: unknown, place: string): [string, unknown][] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw invalid(`${place} must be a mapping.`);
}
