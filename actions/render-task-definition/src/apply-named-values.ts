import { isObject } from "../../core/task-definition.ts";
import type { Container, Containers, Placed } from "./containers.ts";
import type { Change, NamedValues } from "./named-values.ts";

type Entries = readonly (readonly [name: string, value: string])[];

/** Reads and writes named values in their holder. */
export interface Store<Holder> {
  read(holder: Holder): Entries;
  write(holder: Holder, entries: Entries): void;
}

/** Values in a list of objects, such as `[{ name, value }]`. */
export function inList(key: string, name: string, value: string): Store<Record<string, unknown>> {
  return {
    read(holder) {
      const list = Array.isArray(holder[key]) ? holder[key].filter(isObject) : [];
      return list.map((item) => [String(item[name]), item[value] as string]);
    },
    write(holder, entries) {
      holder[key] = entries.map(([itsName, itsValue]) => ({ [name]: itsName, [value]: itsValue }));
    },
  };
}

/** Values in an object by name. */
export function inMap(key: string): Store<Record<string, unknown>> {
  return {
    read: (holder) => (isObject(holder[key]) ? (Object.entries(holder[key]) as [string, string][]) : []),
    write(holder, entries) {
      holder[key] = Object.fromEntries(entries);
    },
  };
}

interface Messages {
  readonly faults: string[];
  readonly notices: string[];
}

/** Changes every container that `values` targets. */
export function applyNamedValues(
  containers: Containers,
  { input, mode, changes }: NamedValues,
  store: Store<Container>,
  messages: Messages,
): void {
  const perContainer = new Map<Container, Placed<Change>[]>();
  for (const placed of changes.map(containers.settle))
    for (const container of containers.meantBy(placed))
      perContainer.set(container, [...(perContainer.get(container) ?? []), placed]);
  for (const [container, own] of perContainer)
    changeEntries(
      container,
      { input, mode, changes: own },
      store,
      messages,
      ` for the container "${container.name}"`,
    );
}

/** Changes the entries of one holder: `whose` ends the sentences about it. */
export function changeEntries<Holder>(
  holder: Holder,
  { input, mode, changes }: NamedValues,
  store: Store<Holder>,
  { faults, notices }: Messages,
  whose = "",
): void {
  const wanted = new Map<string, string | undefined>();
  for (const { value: change, place } of changes) {
    if (!change) continue;
    if (wanted.has(change.name)) faults.push(`${place} sets ${change.name} a second time${whose}`);
    wanted.set(change.name, change.value);
  }
  const before = store.read(holder);
  for (const [name, value] of wanted)
    if (value === undefined && !before.some(([other]) => other === name))
      notices.push(`Input ${input} removes ${name}${whose}, which does not exist.`);
  if (mode === "replace" || wanted.size > 0)
    store.write(holder, merge(mode === "replace" ? [] : before, wanted));
}

/** Replaces values in place, and appends new names at the end. */
function merge(before: Entries, wanted: ReadonlyMap<string, string | undefined>): Entries {
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
