import type { CapacityProviderStrategyItem, Service } from "@aws-sdk/client-ecs";
import { parseData, twiceIn } from "../../core/data-file.ts";
import { Failure } from "../../core/failure.ts";
import type { Finding } from "../../core/findings.ts";
import { isObject } from "../../core/is-object.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import { readTextFile } from "../../core/text-file.ts";
import { leftPlaceholders } from "../../ecs/task-definition-file.ts";
import { type AppSpecSettings, appSpecChanges, serviceInAppSpec } from "./app-spec-changes.ts";

export interface AppSpec {
  readonly containerName: string;
  /** Lists what it changes on the service except its revision. */
  readonly serviceChanges: readonly string[];
  /** The settings in it, in the API's words. */
  readonly settings: AppSpecSettings;
  /** Returns JSON text with the ARN in place of the revision. */
  contentFor(taskDefinitionArn: string): string;
}

type Read = { appSpec: AppSpec | undefined; findings: Finding[] };
type Fields = Record<string, unknown>;

// Keys from "AppSpec File structure" for ECS in the CodeDeploy user guide. They match in any case, as in CodeDeploy,
// and keep the user's spelling.
const topLevelKeys = ["version", "Resources", "Hooks"];
const propertyKeys = [
  "TaskDefinition",
  "LoadBalancerInfo",
  "PlatformVersion",
  "NetworkConfiguration",
  "CapacityProviderStrategy",
];
const hookNames = [
  "BeforeInstall",
  "AfterInstall",
  "AfterAllowTestTraffic",
  "BeforeAllowTraffic",
  "AfterAllowTraffic",
];

/**
 * Reads and checks an AppSpec against the task definition it will deploy. Without a file, it is generated so that it
 * keeps the service as it is: its load-balanced container and capacity providers.
 */
export function readAppSpec(
  file: string | undefined,
  service: Service,
  taskDefinition: TaskDefinitionInput | undefined,
): Read {
  if (!file) return generateAppSpec(service, taskDefinition);
  try {
    const text = readTextFile(file);
    const value = parseData(text, file);
    const checked = checkAppSpec(withoutExtensions(value), file, service, taskDefinition);
    const advice = twiceIn(text, file).map((warning): Finding => ({ text: warning, kind: "advice" }));
    return { ...checked, findings: [...checked.findings, ...advice] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { appSpec: undefined, findings: [{ text: error.message }] };
  }
}

/** Copies an AppSpec without null and without the keys `x-…`, which hold anchors for YAML's merge keys. */
function withoutExtensions(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, item) =>
    key.startsWith("x-") ? undefined : (item ?? undefined),
  );
}

function generateAppSpec(service: Service, taskDefinition: TaskDefinitionInput | undefined): Read {
  const loadBalancer = service.loadBalancers?.[0] ?? service.taskSets?.[0]?.loadBalancers?.[0];
  if (!loadBalancer) {
    const text = `service ${service.serviceName} has no load balancer to make an AppSpec from; set the input codedeploy-appspec`;
    return { appSpec: undefined, findings: [{ text }] };
  }
  const { containerName, containerPort } = loadBalancer;
  const strategy = service.capacityProviderStrategy ?? [];
  const properties = {
    TaskDefinition: "<TASK_DEFINITION>",
    LoadBalancerInfo: { ContainerName: containerName, ContainerPort: containerPort },
    // Without a strategy, CodeDeploy would remove the service's capacity providers.
    ...(strategy.length > 0 ? { CapacityProviderStrategy: strategy.map(inAppSpec) } : {}),
  };
  const target = { Type: "AWS::ECS::Service", Properties: properties };
  const content = { version: 0, Resources: [{ TargetService: target }] };
  return checkAppSpec(content, "the AppSpec", service, taskDefinition);
}

function inAppSpec({ capacityProvider, base, weight }: CapacityProviderStrategyItem) {
  return { CapacityProvider: capacityProvider, Base: base, Weight: weight };
}

/**
 * Checks that the AppSpec keeps the service's capacity providers: without a strategy, CodeDeploy creates the
 * replacement tasks without them.
 */
function checkCapacityProviders(service: Service, properties: Fields): Finding[] {
  const primary = service.taskSets?.find(({ status }) => status === "PRIMARY");
  const strategy = primary?.capacityProviderStrategy ?? service.capacityProviderStrategy ?? [];
  if (strategy.length === 0 || keyOf(properties, "CapacityProviderStrategy")) return [];
  const names = strategy.map(({ capacityProvider }) => capacityProvider).join(", ");
  return [
    {
      text: `the service runs on the capacity provider ${names}, which is not in the AppSpec: CodeDeploy would remove it from the service`,
      fix: `add to Properties: "CapacityProviderStrategy": ${JSON.stringify(strategy.map(inAppSpec))}`,
    },
  ];
}

function checkAppSpec(
  value: unknown,
  file: string,
  service: Service,
  taskDefinition: TaskDefinitionInput | undefined,
): Read {
  const findings: Finding[] = [];
  const fault = (text: string) => void findings.push({ text: `${file}: ${text}` });
  if (!isObject(value)) return { appSpec: undefined, findings: [{ text: `${file} is not an AppSpec` }] };
  refuseUnknown(value, topLevelKeys, "", fault);
  if (Number(get(value, "version")) !== 0) fault("version must be 0.0");
  checkHooks(get(value, "Hooks"), fault);
  const properties = targetProperties(get(value, "Resources"), fault);
  const key = properties && keyOf(properties, "TaskDefinition");
  if (!properties) return { appSpec: undefined, findings };
  refuseUnknown(properties, propertyKeys, "Properties.", fault);
  if (!key) fault("Properties.TaskDefinition is missing; write <TASK_DEFINITION> there");
  const containerName = checkContainer(get(properties, "LoadBalancerInfo"), taskDefinition, fault);
  findings.push(...leftPlaceholders(value, file, ["TASK_DEFINITION"]));
  if (findings.length > 0 || !key) return { appSpec: undefined, findings };
  const contentFor = (arn: string) => {
    const copy = structuredClone(value);
    const target = targetProperties(get(copy, "Resources"), fault);
    if (target) target[key] = arn;
    return JSON.stringify(copy);
  };
  const serviceChanges = appSpecChanges(service, properties);
  return {
    appSpec: { containerName, serviceChanges, settings: serviceInAppSpec(properties), contentFor },
    findings: checkCapacityProviders(service, properties),
  };
}

type Fault = (text: string) => void;

function targetProperties(resources: unknown, fault: Fault): Fields | undefined {
  const list = Array.isArray(resources) ? resources : [resources];
  const target: unknown = list.length === 1 && isObject(list[0]) ? Object.values(list[0])[0] : undefined;
  if (!isObject(target)) {
    fault("Resources must hold exactly one service, such as TargetService");
    return undefined;
  }
  if (get(target, "Type") !== "AWS::ECS::Service") fault("Type must be AWS::ECS::Service");
  const properties = get(target, "Properties");
  if (isObject(properties)) return properties;
  fault("Properties are missing");
  return undefined;
}

function checkContainer(
  info: unknown,
  taskDefinition: TaskDefinitionInput | undefined,
  fault: Fault,
): string {
  const name = isObject(info) ? get(info, "ContainerName") : undefined;
  const port = isObject(info) ? get(info, "ContainerPort") : undefined;
  if (typeof name !== "string") fault("LoadBalancerInfo.ContainerName is missing");
  if (!Number.isInteger(Number(port)) || Number(port) < 1)
    fault("LoadBalancerInfo.ContainerPort must be a port");
  if (typeof name !== "string" || !taskDefinition) return "";
  const containers = taskDefinition.containerDefinitions ?? [];
  const container = containers.find((candidate) => candidate.name === name);
  const ports = container?.portMappings?.map(({ containerPort }) => containerPort) ?? [];
  if (!container)
    fault(`the task definition has no container ${name}; it has ${containers.map((c) => c.name).join(", ")}`);
  else if (!ports.includes(Number(port)))
    fault(`container ${name} maps no port ${port}; it maps ${ports.join(", ") || "none"}`);
  return name;
}

function checkHooks(hooks: unknown, fault: Fault): void {
  for (const hook of Array.isArray(hooks) ? hooks : hooks ? [hooks] : [])
    for (const name of Object.keys(isObject(hook) ? hook : {}))
      if (!hookNames.some((known) => known.toLowerCase() === name.toLowerCase()))
        fault(`unknown hook ${name} (allowed: ${hookNames.join(", ")})`);
}

function refuseUnknown(fields: Fields, allowed: readonly string[], prefix: string, fault: Fault): void {
  for (const key of Object.keys(fields))
    if (!allowed.some((name) => name.toLowerCase() === key.toLowerCase()))
      fault(`unknown key ${prefix}${key} (allowed: ${allowed.join(", ")})`);
}

function keyOf(fields: Fields, name: string): string | undefined {
  return Object.keys(fields).find((key) => key.toLowerCase() === name.toLowerCase());
}

function get(fields: Fields, name: string): unknown {
  const key = keyOf(fields, name);
  return key === undefined ? undefined : fields[key];
}
