import { fetchPage, type Visit } from "./fetch-page.ts";

/** The content of a page of either service that a visitor sees. */
export interface Page {
  readonly status: number;
  /** As in the markup, escaped; undefined where the page has none. */
  readonly heading: string | undefined;
  /** Target of the brand in the navigation: the home of the service that made the page. */
  readonly home: string | undefined;
  /** Classes of the navigation bar. */
  readonly navbar: string | undefined;
}

/** Target of the brand of each service. */
export const homes = { customer: "/", employee: "/admin/suppliers" } as const;

/**
 * Gets a page and returns the parts that the story compares. No part is compared with a constant: forks change every
 * text.
 */
export async function readPage(address: string, visit?: Visit): Promise<Page> {
  const { status, text } = await fetchPage(address, visit);
  const brand = /<a\b[^>]*\bclass="brand"[^>]*>/.exec(text)?.[0] ?? "";
  return {
    status,
    heading: /<h1[^>]*>(.*?)<\/h1>/s.exec(text)?.[1],
    home: /\bhref="([^"]*)"/.exec(brand)?.[1],
    navbar: /<header\b[^>]*\bclass="([^"]*)"/.exec(text)?.[1],
  };
}
