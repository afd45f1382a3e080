import { isObject } from "../../shared/task-definition.ts";
import type { Container } from "./containers.ts";

/** Finds what ECS refuses in a container although every key and type of it is right. */
export function checkContainer(container: Container): string[] {
  const environment = namesIn(container.environment);
  const secrets = namesIn(container.secrets);
  const { name, logConfiguration } = container;
  const faults = [
    ...twice(environment).map((variable) => `has ${variable} twice in environment`),
    ...twice(secrets).map((variable) => `has ${variable} twice in secrets`),
    // ECS API reference, Secret: a name may be in only one of them.
    ...[...new Set(environment)]
      .filter((variable) => secrets.includes(variable))
      .map(
        (variable) => `has ${variable} in environment and in secrets: remove one with a line -${variable}`,
      ),
    ...(isObject(logConfiguration) && logConfiguration.logDriver === undefined
      ? ["has log options but no log driver: set the input log-configuration-log-driver"]
      : []),
  ];
  return faults.map((fault) => `the container "${name}" ${fault}`);
}

function namesIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter(isObject).map((item) => String(item.name)) : [];
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) < index))];
}
