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

/** Renders a page once for all who wait for it, and anew for everybody after them. */
export function createFreshPages(now: () => number): PageSource {
  const share = createSharedReads<CachedPage>();
  return (key, render) =>
    share(key, async () => {
      const readAt = now();
      return { readAt, body: await render() };
    });
}

/** Keeps each page until its data are `milliseconds` old. */
export function createCachedPages(milliseconds: number, now: () => number): PageSource {
  const pages = createLRU<string, CachedPage>({ max: mostPages });
  const renderFresh = createFreshPages(now);
  return async (key, render) => {
    const kept = pages.get(key);
    if (kept && now() - kept.readAt < milliseconds) return kept;
    const page = await renderFresh(key, render);
    pages.set(key, page);
    return page;
  };
}
