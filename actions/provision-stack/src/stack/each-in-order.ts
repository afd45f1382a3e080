/**
 * Runs `work` for every name as soon as its needs are done, in parallel where possible. After a failure nothing new
 * begins, or with `continues` only what needs the failed one does not; running work is awaited, so that it is not left
 * unfollowed, and then the first failure is thrown.
 */
export async function eachInOrder(
  needs: ReadonlyMap<string, ReadonlySet<string>>,
  work: (name: string) => Promise<void>,
  { continues = false } = {},
): Promise<void> {
  const runs = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  const undone = new Set<string>();
  const run = async (name: string): Promise<void> => {
    const needed = [...(needs.get(name) ?? [])];
    await Promise.all(needed.map(start));
    const isStopped = continues ? needed.some((each) => undone.has(each)) : failures.length > 0;
    if (isStopped) return void undone.add(name);
    await work(name).catch((error) => {
      undone.add(name);
      failures.push(error);
    });
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
