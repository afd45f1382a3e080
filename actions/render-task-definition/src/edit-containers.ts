import { isObject } from "../../core/task-definition.ts";
import { applyNamedValues, inList, inMap } from "./apply-named-values.ts";
import type { Container, Containers, Placed } from "./containers.ts";
import type { ContainerInputs } from "./inputs.ts";

/** Sets the inputs' values in the containers themselves; faults and notices go to `faults` and `notices`. */
export function editContainers(
  containers: Containers,
  inputs: ContainerInputs,
  { faults, notices }: { faults: string[]; notices: string[] },
): void {
  const set = <T>(values: readonly Placed<T>[], put: (container: Container, value: T) => void) =>
    setOnce(containers, values, faults, put);
  set(inputs.images, (container, image) => {
    container.image = image;
  });
  set(inputs.commands, (container, words) => putWords(container, "command", words));
  set(inputs.entryPoints, (container, words) => putWords(container, "entryPoint", words));
  set(inputs.logDrivers, (container, logDriver) => {
    container.logConfiguration = { ...asObject(container.logConfiguration), logDriver };
  });
  const messages = { faults, notices };
  applyNamedValues(containers, inputs.environment, inList("environment", "name", "value"), messages);
  applyNamedValues(
    containers,
    inputs.environmentFiles,
    inList("environmentFiles", "value", "type"),
    messages,
  );
  applyNamedValues(containers, inputs.secrets, inList("secrets", "name", "valueFrom"), messages);
  applyNamedValues(containers, inputs.dockerLabels, inMap("dockerLabels"), messages);
  applyNamedValues(containers, inputs.logOptions, logOptions, messages);
}

const logOptions = {
  read: (container: Container) => inMap("options").read(asObject(container.logConfiguration)),
  write: (container: Container, entries: readonly (readonly [string, string])[]) => {
    const options = Object.fromEntries(entries);
    container.logConfiguration = { ...asObject(container.logConfiguration), options };
  },
};

function setOnce<T>(
  containers: Containers,
  values: readonly Placed<T>[],
  faults: string[],
  put: (container: Container, value: T) => void,
): void {
  const places = new Map<Container, string>();
  for (const placed of values.map(containers.settle)) {
    for (const container of containers.meantBy(placed)) {
      const before = places.get(container);
      if (before)
        faults.push(`${placed.place} is for the container "${container.name}" again, after ${before}`);
      places.set(container, placed.place);
      put(container, placed.value);
    }
  }
}

function putWords(container: Container, key: "command" | "entryPoint", words: readonly string[]): void {
  if (words.length > 0) container[key] = [...words];
  else delete container[key];
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
