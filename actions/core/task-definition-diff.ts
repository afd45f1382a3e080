import { isObject } from "./is-object.ts";
import { hidden, shownChange, shownCommand, shownVariable, withoutUserInfo } from "./shown-value.ts";

/**
 * Returns one line per difference that ECS would act on, empty without any: `+ path: value`, `- path: value`, `~
 * path: old → new`. List items are matched by name (containers, environment, secrets, volumes) or by container port, so
 * order does not count; ECS's defaults do not count either. A variable's value that may be secret is `***`, and its
 * difference is `changed`.
 */
export function diffTaskDefinitions(before: object, after: object): string[] {
  const old = flatten(normalise(before));
  const next = flatten(normalise(after));
  const lines: string[] = [];
  for (const path of [...new Set([...old.keys(), ...next.keys()])].sort()) {
    const [from, to] = [old.get(path), next.get(path)];
    if (from === to) continue;
    if (from === undefined) lines.push(`+ ${path}: ${shown(path, to)}`);
    else if (to === undefined) lines.push(`- ${path}: ${shown(path, from)}`);
    else lines.push(`~ ${path}: ${shownChange(shown(path, from), shown(path, to))}`);
  }
  return lines;
}

/** A name and its value, which many people may read in a summary: variables, options of a driver, labels. */
const variable =
  /\.(?:environment|properties)\[(.*)\]\.value$|\.(?:options|driverOpts|dockerLabels|labels)\.(.*)$/s;
/** Options of the CloudWatch log driver contain no secret, and the log group is worth seeing. */
const knownOption = /\]\.logConfiguration\.options\.awslogs-[a-z-]+$/;

/** Returns `json` as it may be read; `***` in place of possible secrets. */
function shown(path: string, json = "null"): string {
  const [, named, option] = variable.exec(path) ?? [];
  const name = named ?? option;
  if (name !== undefined && !knownOption.test(path)) {
    const value = shownVariable(name, String(JSON.parse(json)));
    return value === hidden ? hidden : json;
  }
  if (/\.(?:command|entryPoint)$/.test(path)) return JSON.stringify(shownCommand(JSON.parse(json)));
  return withoutUserInfo(json);
}

/** A member, or an item of a list with its name, if it has one. */
export type Step = string | { readonly index: number; readonly name?: string };

/** Copies a task definition with `replace(steps)` in place of each text that a diff does not show whole. */
export function replaceHidden(
  value: unknown,
  replace: (steps: readonly Step[]) => string,
  path = "",
  steps: readonly Step[] = [],
): unknown {
  if (Array.isArray(value) && value.some(isObject))
    return value.map((item, index) => {
      const at = `${path}[${identityOf(item) ?? index}]`;
      return replaceHidden(item, replace, at, [...steps, { index, name: item.name }]);
    });
  if (isObject(value)) {
    const members = Object.entries(value).map(([key, item]) => {
      const at = path ? `${path}.${key}` : key;
      return [key, replaceHidden(item, replace, at, [...steps, key])];
    });
    return Object.fromEntries(members);
  }
  const json = JSON.stringify(value);
  const shownJson = shown(path, json);
  // Nothing is secret in an empty text, and Secrets Manager takes none.
  if (shownJson === json || value === "") return value;
  if (!Array.isArray(value)) return replace(steps);
  const words: unknown[] = JSON.parse(shownJson);
  return value.map((word, index) => (word === words[index] ? word : replace([...steps, { index }])));
}

// ECS's defaults for members that the input of a registered task definition omits, from the API reference's "default"
// notes of ContainerDefinition, PortMapping, HealthCheck and RegisterTaskDefinition.
const defaults: Readonly<Record<string, readonly [key: string, value: unknown][]>> = {
  containerDefinitions: [
    ["essential", true],
    ["cpu", 0],
  ],
  portMappings: [["protocol", "tcp"]],
  healthCheck: [
    ["interval", 30],
    ["timeout", 5],
    ["retries", 3],
  ],
};

function normalise(taskDefinition: object): Record<string, unknown> {
  const value = strip(taskDefinition, "") as Record<string, unknown>;
  if (typeof value.cpu === "string") value.cpu = inUnits(value.cpu, /^([\d.]+)\s*vcpu$/i);
  if (typeof value.memory === "string") value.memory = inUnits(value.memory, /^([\d.]+)\s*gb$/i);
  return value;
}

/** "1 vCPU" and "1 GB" are registered as "1024". */
export function inUnits(text: string, unit: RegExp): string {
  const match = unit.exec(text.trim());
  return match ? String(Number(match[1]) * 1024) : text.trim();
}

/** Removes empty values, and values that are ECS's own defaults. */
function strip(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item) => strip(item, key));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, strip(item, name)] as const);
  return Object.fromEntries(
    entries.filter(([name, item]) => !isEmpty(item) && !isDefault(key, name, item, value)),
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function isDefault(parent: string, name: string, value: unknown, siblings: Record<string, unknown>): boolean {
  // With network mode awsvpc, the host port is always the container's.
  if (parent === "portMappings" && name === "hostPort") return value === siblings.containerPort;
  if (parent === "" && name === "enableFaultInjection") return value === false;
  return defaults[parent]?.some(([key, fallback]) => key === name && fallback === value) ?? false;
}

function flatten(value: unknown, path = "", result = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value) && value.some(isObject)) {
    value.forEach((item, index) => {
      flatten(item, `${path}[${identityOf(item) ?? index}]`, result);
    });
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value))
      if (!(isIdentity(key, value) && path.endsWith("]")))
        flatten(item, path ? `${path}.${key}` : key, result);
  } else {
    result.set(path, JSON.stringify(value));
  }
  return result;
}

const identities = ["name", "containerPort", "key", "containerName"];

function identityOf(item: unknown): string | undefined {
  const key = isObject(item) ? identities.find((name) => item[name] !== undefined) : undefined;
  return key && isObject(item) ? String(item[key]) : undefined;
}

/** The key is already in the path, unless the item has nothing else. */
function isIdentity(key: string, item: Record<string, unknown>): boolean {
  return Object.keys(item).length > 1 && identities.find((name) => item[name] !== undefined) === key;
}
