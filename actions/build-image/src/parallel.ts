/** Docker's engine sends as many in parallel (dockerd reference, max-concurrent-uploads). */
const atOnce = 5;

type RunInTurn = <Result>(run: () => Promise<Result>) => Promise<Result>;

/** Runs functions as soon as there is room; after a failure nothing more begins. */
export function createTurns(): RunInTurn {
  let running = 0;
  let failed: { error: unknown } | undefined;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (running === atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      if (failed) throw failed.error;
      return await run();
    } catch (error) {
      failed ??= { error };
      throw error;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

/** Like Promise.all, but rejects only when all have ended: a failed build removes files that others may still read. */
export async function settleAll<Result>(promises: Iterable<Promise<Result>>): Promise<Result[]> {
  const all = [...promises];
  await Promise.allSettled(all);
  return Promise.all(all);
}
