import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

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

// This limit only ends requests that hang, on the slowest machine too.
const deadlineMs = 60_000;

interface Visit {
  /** Address of this machine that the connection comes from; by default the system chooses. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Gets a page without following redirects. Throws an error with the address without a response. Uses node:http,
 * because `fetch` refuses port 10080 as browsers do (WHATWG Fetch, "bad port").
 */
export async function fetchPage(
  address: string,
  { from, headers }: Visit = {},
): Promise<{ status: number; text: string }> {
  try {
    const request = get(address, {
      agent: false,
      signal: AbortSignal.timeout(deadlineMs),
      ...(from === undefined ? {} : { localAddress: from }),
      ...(headers ? { headers } : {}),
    });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return { status: response.statusCode ?? 0, text: await text(response) };
  } catch (cause) {
    throw new Error(`${address} does not answer: ${(cause as Error).message}`, { cause });
  }
}
