/** As many as Docker's engine sends at a time (dockerd reference, max-concurrent-uploads). */
const atOnce = 5;

export type RunInTurn = <Result>(run: () => Promise<Result>) => Promise<Result>;

/** Runs what it is given as soon as there is room; after a failure nothing more begins. */
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

/** Like Promise.all, but nothing goes on when it fails: what a failed build was about to read is removed then. */
export async function settleAll<Result>(promises: Iterable<Promise<Result>>): Promise<Result[]> {
  const all = [...promises];
  await Promise.allSettled(all);
  return Promise.all(all);
}
