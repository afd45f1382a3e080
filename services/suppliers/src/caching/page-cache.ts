import { createLRU } from "lru.min";
import { createSharedReads } from "./shared-reads.ts";

export interface CachedPage {
  readonly body: string;
  /** When its data began to be read, in milliseconds of `performance.now()`. */
  readonly readAt: number;
}

export type PageSource = (key: string, render: () => Promise<string>) => Promise<CachedPage>;

/** Pages of a list are some 10 kB each. */
const mostPages = 500;

/** Renders a page once for all requests that wait for it, and again for later requests. */
export function createFreshPages(now: () => number): PageSource {
  const share = createSharedReads<CachedPage>();
  return (key, render) =>
    share(key, async () => {
      const readAt = now();
      return { readAt, body: await render() };
    });
}

/** Keeps each page until its data are `milliseconds` old. A request during a read gets the page of that read. */
export function createCachedPages(milliseconds: number, now: () => number): PageSource {
  const pages = createLRU<string, { readonly readAt: number; readonly page: Promise<CachedPage> }>({
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
