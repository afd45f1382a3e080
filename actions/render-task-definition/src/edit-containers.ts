import { isObject } from "../../core/is-object.ts";
import type { Container, Containers, Placed } from "./containers.ts";
import type { ContainerInputs } from "./inputs.ts";
import type { Change, NamedValues } from "./named-values.ts";

interface Messages {
  readonly faults: string[];
  readonly notices: string[];
}

/** Sets the inputs' values in the containers themselves; faults and notices go to `messages`. */
export function editContainers(containers: Containers, inputs: ContainerInputs, messages: Messages): void {
  const set = <T>(values: readonly Placed<T>[], put: (container: Container, value: T) => void) =>
    setOnce(containers, values, messages.faults, put);
  set(inputs.images, (container, image) => {
    container.image = image;
  });
  set(inputs.commands, (container, words) => {
    if (words.length > 0) container.command = [...words];
    else delete container.command;
  });
  set(inputs.logDrivers, (container, logDriver) => {
    container.logConfiguration = { ...asObject(container.logConfiguration), logDriver };
  });
  // ECS API reference, EnvironmentFile.type: "The only supported value is s3."
  for (const [container, files] of byContainer(containers, inputs.environmentFiles))
    container.environmentFiles = files.map(({ value }) => ({ value, type: "s3" }));
  const change = (values: NamedValues, store: Store) => changeNamed(containers, values, store, messages);
  change(inputs.environment, inList("environment", "value"));
  change(inputs.secrets, inList("secrets", "valueFrom"));
  change(inputs.dockerLabels, {
    read: ({ dockerLabels }) => entriesOf(dockerLabels),
    write(container, entries) {
      container.dockerLabels = Object.fromEntries(entries);
    },
  });
  change(inputs.logOptions, {
    read: ({ logConfiguration }) => entriesOf(asObject(logConfiguration).options),
    write(container, entries) {
      const options = Object.fromEntries(entries);
      container.logConfiguration = { ...asObject(container.logConfiguration), options };
    },
  });
}

/** Groups the values by the containers that they are for. */
function byContainer<T>(
  containers: Containers,
  values: readonly Placed<T>[],
): ReadonlyMap<Container, readonly Placed<T>[]> {
  const grouped = new Map<Container, Placed<T>[]>();
  for (const placed of values.map(containers.settle))
    for (const container of containers.meantBy(placed))
      grouped.set(container, [...(grouped.get(container) ?? []), placed]);
  return grouped;
}

function setOnce<T>(
  containers: Containers,
  values: readonly Placed<T>[],
  faults: string[],
  put: (container: Container, value: T) => void,
): void {
  for (const [container, own] of byContainer(containers, values))
    for (const [index, { place, value }] of own.entries()) {
      if (index > 0)
        faults.push(
          `${place} is for the container "${container.name}" again, after ${own[index - 1]?.place}`,
        );
      put(container, value);
    }
}

type Entries = readonly (readonly [name: string, value: string])[];

/** Reads and writes the named values of a container. */
interface Store {
  read(container: Container): Entries;
  write(container: Container, entries: Entries): void;
}

/** Stores values in a list of objects, such as `[{ name, value }]`. */
function inList(key: string, value: string): Store {
  return {
    read(container) {
      const list = Array.isArray(container[key]) ? container[key].filter(isObject) : [];
      return list.map((item) => [String(item.name), item[value] as string]);
    },
    write(container, entries) {
      container[key] = entries.map(([name, itsValue]) => ({ name, [value]: itsValue }));
    },
  };
}

/** Changes the values in every container that they are for. */
function changeNamed(
  containers: Containers,
  { input, changes }: NamedValues,
  store: Store,
  { faults, notices }: Messages,
): void {
  for (const [container, own] of byContainer(containers, changes)) {
    const whose = ` for the container "${container.name}"`;
    const wanted = new Map<string, string | undefined>();
    for (const { value: change, place } of own) {
      if (wanted.has(change.name)) faults.push(`${place} sets ${change.name} a second time${whose}`);
      wanted.set(change.name, change.value);
    }
    const before = store.read(container);
    for (const [name, value] of wanted)
      if (value === undefined && !before.some(([other]) => other === name))
        notices.push(`Input ${input} removes ${name}${whose}, which does not exist.`);
    store.write(container, merge(before, wanted));
  }
}

/** Replaces values in place, and appends new names at the end. */
function merge(before: Entries, wanted: ReadonlyMap<string, Change["value"]>): Entries {
  const left = new Map(wanted);
  const kept = before.flatMap(([name, value]): Entries => {
    if (!wanted.has(name)) return [[name, value]];
    const changed = left.get(name);
    left.delete(name);
    return changed === undefined ? [] : [[name, changed]];
  });
  const added = [...left].filter((entry): entry is [string, string] => entry[1] !== undefined);
  return [...kept, ...added];
}

function entriesOf(value: unknown): [string, string][] {
  return Object.entries(asObject(value)) as [string, string][];
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
