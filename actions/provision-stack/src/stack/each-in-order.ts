/**
 * Runs `work` for every name as soon as its needs are done, in parallel where possible. After a failure nothing new
 * begins; running work is awaited, so that it is not left unfollowed, and then the first failure is thrown.
 */
export async function eachInOrder(
  needs: ReadonlyMap<string, ReadonlySet<string>>,
  work: (name: string) => Promise<void>,
): Promise<void> {
  const runs = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  const run = async (name: string): Promise<void> => {
    await Promise.all([...(needs.get(name) ?? [])].map(start));
    if (failures.length > 0) return;
    await work(name).catch((error) => void failures.push(error));
  };
  const start = (name: string): Promise<void> => {
    const running = runs.get(name) ?? run(name);
    runs.set(name, running);
    return running;
  };
  await Promise.all([...needs.keys()].map(start));
  if (failures.length > 0) throw failures[0];
}

/** Returns the same names, each needing those that needed it: the order of deletion. */
export function reversed(needs: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Set<string>> {
  const names = [...needs.keys()].reverse();
  return new Map(names.map((name) => [name, new Set(names.filter((other) => needs.get(other)?.has(name)))]));
}
