import { validationError } from "../template/errors.ts";

/** For each resource, the ids of those that must exist first. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

export function refuseCycles(dependencies: Dependencies): void {
  const left = new Set(dependencies.keys());
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const id of [...left])
      if (![...(dependencies.get(id) ?? [])].some((needed) => left.has(needed))) left.delete(id);
  }
  if (left.size > 0)
    throw validationError(`Circular dependency between resources: [${[...left].join(", ")}]`);
}

/** Returns every id after all its dependencies. */
export function inOrder(dependencies: Dependencies): string[] {
  const ordered = new Set<string>();
  const visit = (id: string) => {
    if (ordered.has(id) || !dependencies.has(id)) return;
    for (const needed of dependencies.get(id) ?? []) visit(needed);
    ordered.add(id);
  };
  for (const id of dependencies.keys()) visit(id);
  return [...ordered];
}

/** Returns the reverse: the resources that must be deleted before each one. */
export function reversed(dependencies: Dependencies): Dependencies {
  const users = new Map([...dependencies.keys()].map((id) => [id, new Set<string>()]));
  for (const [id, needed] of dependencies) for (const name of needed) users.get(name)?.add(id);
  return users;
}

/**
 * Performs every id as soon as its dependencies are done, independent ones in parallel. After a failure nothing new
 * starts; `onFailure` may stop those in progress. Resolves with the failed ids once nothing runs any more.
 */
export async function runInOrder(
  dependencies: Dependencies,
  perform: (id: string) => Promise<void>,
  onFailure: () => void = () => {},
): Promise<string[]> {
  const failed: string[] = [];
  const started = new Map<string, Promise<boolean>>();
  const run = async (id: string): Promise<boolean> => {
    const needed = [...(dependencies.get(id) ?? [])].filter((name) => dependencies.has(name));
    const ready = await Promise.all(needed.map(start));
    if (ready.includes(false) || failed.length > 0) return false;
    try {
      await perform(id);
      return true;
    } catch {
      failed.push(id);
      onFailure();
      return false;
    }
  };
  const start = (id: string): Promise<boolean> => {
    const promise = started.get(id) ?? run(id);
    started.set(id, promise);
    return promise;
  };
  await Promise.all([...dependencies.keys()].map(start));
  return failed;
}
