import { createLRU } from "lru.min";

interface CachedPage<Body> {
  readonly body: Body;
  /** When its data began to be read, in milliseconds of `performance.now()`. */
  readonly readAt: number;
}

type PageSource<Body> = (key: string, render: () => Promise<Body>) => Promise<CachedPage<Body>>;

/** Pages of a list are some 10 kB each. */
const mostPages = 500;

/** Renders a page once for all requests that wait for it, and again for later requests. */
export function createFreshPages<Body>(now: () => number): PageSource<Body> {
  const share = createSharedReads<CachedPage<Body>>();
  return (key, render) =>
    share(key, async () => {
      const readAt = now();
      return { readAt, body: await render() };
    });
}

/** Keeps each page until its data are `milliseconds` old. A request during a read gets the page of that read. */
export function createCachedPages<Body>(milliseconds: number, now: () => number): PageSource<Body> {
  const pages = createLRU<string, { readonly readAt: number; readonly page: Promise<CachedPage<Body>> }>({
    max: mostPages,
  });
  return (key, render) => {
    const kept = pages.get(key);
    if (kept && now() - kept.readAt < milliseconds) return kept.page;
    const readAt = now();
    const page = render().then((body) => ({ readAt, body }));
    const entry = { readAt, page };
    pages.set(key, entry);
    page.catch(() => {
      if (pages.get(key) === entry) pages.delete(key);
    });
    return page;
  };
}

/**
 * Serves all requests that arrive during a read with one more read, started after that one has ended. So there is one
 * read of a kind at a time, and no result is older than its request.
 */
function createSharedReads<Result>(): (key: string, read: () => Promise<Result>) => Promise<Result> {
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
