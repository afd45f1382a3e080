/** A command makes several changes. */
const settleMs = 500;
/** Between checks for changes that nothing reports, such as an image or an edited file: at most a fifth of the time. */
const quietMs = 5_000;
const quietFactor = 4;

/** Runs one check at a time. After one that took long the next one waits longer, so that the machine has time for the lab. */
export function createChecks({
  run,
  now,
}: {
  run: (signal: AbortSignal) => Promise<void>;
  now: () => number;
}) {
  const ending = new AbortController();
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isAsked = false;
  let endedAt = 0;
  let tookMs = 0;
  const start = async () => {
    clearTimeout(timer);
    timer = undefined;
    isAsked = false;
    const startedAt = now();
    running = run(ending.signal);
    await running;
    running = undefined;
    endedAt = now();
    tookMs = endedAt - startedAt;
    if (isAsked) ask();
  };
  function ask() {
    isAsked = true;
    if (running || timer || ending.signal.aborted) return;
    timer = setTimeout(() => void start(), Math.max(settleMs, endedAt + tookMs - now()));
  }
  return {
    ask,
    askIfOld() {
      if (!running && now() - endedAt > Math.max(quietMs, quietFactor * tookMs)) ask();
    },
    now: () => running ?? start(),
    async close() {
      ending.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
