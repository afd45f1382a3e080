/**
 * Serves all requests that arrive during a read with one more read, started after that one has ended. So there is one
 * read of a kind at a time, and no result is older than its request.
 */
export function createSharedReads<Result>(): (key: string, read: () => Promise<Result>) => Promise<Result> {
  const reads = new Map<string, { running: Promise<Result>; next?: Promise<Result> }>();

  function start(key: string, read: () => Promise<Result>): Promise<Result> {
    const entry: { running: Promise<Result>; next?: Promise<Result> } = { running: read() };
    reads.set(key, entry);
    const end = () => {
      reads.delete(key);
    };
    entry.running.then(() => {
      if (!entry.next) end();
    }, end);
    return entry.running;
  }

  return (key, read) => {
    const current = reads.get(key);
    if (!current) return start(key, read);
    const startNext = () => start(key, read);
    // A failure applies to all waiting requests: with a hanging database, none waits for two reads.
    current.next ??= current.running.then(startNext);
    return current.next;
  };
}
